"""Refusals: why a command was not accepted. Nothing is recorded by one."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


class Refused(Exception):
    """A command that is not accepted, with a code, its parameters, and the sentence that a school reads."""

    def __init__(self, code: str, sentence: str, params: Mapping[str, str]) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.params = dict(params)
        #: what else of the same list is refused
        self.also: tuple[Refused, ...] = ()


class Reason:
    """One kind of refusal: its code, and beside it its English sentence with named gaps."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence

    def __call__(self, **params: object) -> Refused:
        words = {name: str(value) for name, value in params.items()}
        # A hint that asks ends the sentence by itself.
        return Refused(self.code, self.sentence.format(**words).replace("?.", "?"), words)


def refuse(refusals: Iterable[Refused]) -> None:
    """Raises the first of them, with the others; nothing where there is none."""
    # A traceback would keep whatever was decided on at the time, once for each.
    found = [each.with_traceback(None) for each in refusals]
    if found:
        found[0].also = tuple(found[1:])
        raise found[0]


def judge_all(those: Iterable[T], judge: Callable[[T], object]) -> None:
    """Judges each of them. Raises the first refusal, with the others."""
    refused = []
    for each in those:
        try:
            judge(each)
        except Refused as why:
            refused.append(why)
    refuse(refused)


NO_RIGHT = Reason("no_right", "{actor} has no right to do this: it takes the right {right}.")
