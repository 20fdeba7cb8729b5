"""Left behind: a participant whose parent has left the rollout. Nobody holds sessions for it any more."""

from typing import ClassVar, Literal

from domain.command import Command
from domain.event import Event
from domain.participant.attending import SessionUnbooked
from domain.participant.draft import Draft

# --- events


class ParentLeft(Event, frozen=True, tag="ParentLeft"):
    """Whoever prepared this participant has withdrawn; what it still needs of its parent can't come."""

    parent: str


class HandedOver(Event, frozen=True, tag="HandedOver"):
    """Another prepares this participant from now on."""

    parent: str
    instead_of: str


# --- commands


class NoteParentLeft(Command):
    """The parent's stream tells this: it has withdrawn."""

    kind: Literal["NoteParentLeft"] = "NoteParentLeft"
    of_the_system: ClassVar[bool] = True
    parent: str


class ChangeParent(Command):
    """The rollout's stream asks this: go on with another parent."""

    kind: Literal["ChangeParent"] = "ChangeParent"
    of_the_system: ClassVar[bool] = True
    parent: str


# --- decide


def note_parent_left(draft: Draft, command: NoteParentLeft) -> None:
    """It goes on by itself, where it can; what was still to be held for it is not held."""
    if draft.state.ended or draft.state.parent != command.parent or draft.state.parent_left:
        return
    draft.record(ParentLeft(command.parent))
    _expect_nothing(draft)


def change_parent(draft: Draft, command: ChangeParent) -> None:
    """What it has done stays. The new parent is asked for what it still needs."""
    before = draft.state.parent
    if draft.state.ended or before is None or before == command.parent:
        return
    _expect_nothing(draft)
    draft.record(HandedOver(command.parent, before))


def _expect_nothing(draft: Draft) -> None:
    for session, booking in draft.state.bookings.items():
        if booking.status == "booked":
            draft.record(SessionUnbooked(session))
