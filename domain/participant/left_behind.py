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


# --- commands


class NoteParentLeft(Command):
    """The parent's stream tells this: it has withdrawn."""

    kind: Literal["NoteParentLeft"] = "NoteParentLeft"
    of_the_system: ClassVar[bool] = True


# --- decide


def note_parent_left(draft: Draft) -> None:
    """It goes on by itself, where it can; what was still to be held for it is not held."""
    if draft.state.ended or draft.state.parent is None or draft.state.parent_left:
        return
    draft.record(ParentLeft(draft.state.parent))
    for session, booking in draft.state.bookings.items():
        if booking.status == "booked":
            draft.record(SessionUnbooked(session))
