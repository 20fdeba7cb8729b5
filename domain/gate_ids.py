"""Ids of gates: made here and read here. They stand in the log, so the form of each is for ever."""

from typing import Final

CERTIFY: Final = "certify"

_ENTER = "enter:"
_OPEN = "open:"


def enter(step: str) -> str:
    return f"{_ENTER}{step}"


def opening(tier: str) -> str:
    return f"{_OPEN}{tier}"


def step_behind(gate: str) -> str | None:
    """The step that the gate lets a participant enter; None when it is a gate of another kind."""
    return gate.removeprefix(_ENTER) if gate.startswith(_ENTER) else None


def tier_behind(gate: str) -> str | None:
    """The tier that the gate opens; None when it is a gate of another kind."""
    return gate.removeprefix(_OPEN) if gate.startswith(_OPEN) else None
