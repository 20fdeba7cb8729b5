"""Chance that can be repeated: numbers that follow from a seed and from what they are for."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_DIGITS = 13


def digest(seed: int, *what: object) -> str:
    """Hexadecimal SHA-256 over the seed and what it is for: equal for equal questions, on every machine."""
    return hashlib.sha256("\x1f".join(map(str, (seed, *what))).encode()).hexdigest()


def draw(seed: int, *what: object) -> float:
    """From 0 up to but without 1."""
    return int(digest(seed, *what)[:_DIGITS], 16) / float(16**_DIGITS)


def draw_between(least: int, most: int, seed: int, *what: object) -> int:
    """A whole number, both ends included."""
    return least + int(draw(seed, *what) * (most - least + 1))


def happens(per_cent: int, seed: int, *what: object) -> bool:
    return draw(seed, *what) * 100 < per_cent


def pick(items: Sequence[T], seed: int, *what: object) -> T:
    return items[int(draw(seed, *what) * len(items))]


def shuffled(items: Sequence[T], seed: int, *what: object) -> list[T]:
    """The items in an order of their own for every seed."""
    return sorted(items, key=lambda item: digest(seed, *what, item))
