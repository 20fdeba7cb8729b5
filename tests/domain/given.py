"""Given what happened, when somebody asks for something, then this happens, or is refused with a sentence."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.command import CASCADE, CLOCK, Command, PassTime
from domain.event import Event
from domain.gate import Fact, Facts
from domain.history import Happening, fold
from domain.participant import stream
from domain.participant.journey import Enrol, NoteChild
from domain.participant.state import Participant
from domain.participant.team import AssignDuty
from domain.programme import Programme
from domain.refusal import Reason, Refused
from tests.domain.tiny import text, tiny

#: a Monday morning in Astana
MORNING = datetime(2024, 9, 2, 4, tzinfo=UTC)
MANAGER = "p-manager0"
HEAD, MEMBER, SPARE, STRANGER = "p-head0000", "p-member00", "p-spare000", "p-strange0"
MENTOR, REVIEWER, CLERK = "p-mentor00", "p-review00", "p-clerk000"
RIGHTS = {MANAGER: frozenset({"programme-manager"}), CLERK: frozenset({"clerk"})}
PARENT = "tiny-2024/house"
REASON = {"id": "t-1", "hash": "a" * 64}
Related = Mapping[str, Mapping[str, Mapping[str, Fact]]]
GOOD_PARENT: Related = {"parent": {PARENT: {"seats.complete": Fact(True, 3)}}}


class Given:
    """One participant's stream, and the clock."""

    def __init__(self, programme: Programme, at: datetime = MORNING, related: Related = GOOD_PARENT) -> None:
        self.programme = programme
        self.now = at
        self.related = related
        self.history: list[Happening] = []
        self.state = Participant()
        self.on_behalf_of: str | None = None

    # --- given

    def having(self, *events: Event) -> "Given":
        for event in events:
            self._record(event, self.now, CASCADE)
        return self

    def later(self, **span: float) -> "Given":
        self.now += timedelta(**span)
        return self

    # --- when

    def when(self, kind: type[Command], actor: str = CASCADE, /, **arguments: Any) -> tuple[Event, ...]:
        """What is recorded. Asked once more at the same moment, nothing is."""
        decision = self._decide(kind, actor, arguments)
        happened = arguments.get("happened_at", self.now)
        for event in decision.events:
            self._record(event, happened, actor)
        assert self.state == decision.state, "what was decided on is not the fold of what was recorded"
        self.on_behalf_of = decision.on_behalf_of
        assert self._decide(kind, actor, arguments).events == (), "asked again, something was recorded again"
        return decision.events

    def refuses(self, expected: Reason, kind: type[Command], actor: str = CASCADE, /, **arguments: Any) -> Refused:
        """The refusal; nothing is recorded by it, and its sentence names what it is about."""
        with pytest.raises(Refused) as caught:
            self._decide(kind, actor, arguments)
        refused = caught.value
        assert refused.code == expected.code, refused.sentence
        assert "{" not in refused.sentence
        assert all(word in refused.sentence for word in refused.params.values())
        return refused

    def passes(self, **span: float) -> list[Event]:
        """What the clock does, instant by instant, if nobody acts for so long."""
        until = self.now + timedelta(**span)
        found: list[Event] = []
        while (due := stream.next_due(self.programme, self.state)) is not None and due <= until:
            assert due > self.now or not found, "the clock acts twice at one instant"
            self.now = max(due, self.now)
            events = self.when(PassTime, CLOCK)
            assert events, "the clock came and nothing happened"
            found += events
        self.now = until
        return found

    def _decide(self, kind: type[Command], actor: str, arguments: Mapping[str, Any]) -> stream.Decision:
        number = len(self.history)
        command = kind(id=f"c-{number}", actor=actor, at=self.now, **arguments)
        facts = Facts(number, related=self.related, rights=RIGHTS.get(actor, frozenset()))
        return stream.decide(self.programme, self.state, facts, command, tuple(self.history))

    def _record(self, event: Event, happened: datetime, actor: str) -> None:
        version = len(self.history) + 1
        self.history.append(Happening(version, version, event, happened, self.now, actor))
        self.state = fold(Participant(), self.history, stream.evolve)


def about(task: str, events: Iterable[Event]) -> list[str]:
    return [event.kind() for event in events if getattr(event, "task", None) == task]


def kinds(events: Iterable[Event]) -> list[str]:
    return [event.kind() for event in events]


def a_school(programme: Programme | None = None, **enrolment: Any) -> Given:
    """A school that has just begun, with its mentor and its reviewer."""
    given = a_school_alone(programme, **enrolment)
    given.when(AssignDuty, duty="mentor", person=MENTOR)
    given.when(AssignDuty, MANAGER, duty="reviewer", person=REVIEWER)
    return given


def a_school_alone(programme: Programme | None = None, **enrolment: Any) -> Given:
    """The same before anybody is its mentor or its reviewer."""
    given = Given(programme or tiny())
    arguments: dict[str, Any] = {
        "participant": "tiny-2024/one",
        "rollout": "tiny-2024",
        "school": "one",
        "names": text("One"),
        "tier": "school",
        "parent": PARENT,
        "region": "north",
        "language": "both",
        "persons": {"head": HEAD, "member-1": MEMBER},
        "ends": "2025-06-30",
    }
    given.when(Enrol, **{**arguments, **enrolment})
    return given


def a_house(programme: Programme | None = None, *children: str, **enrolment: Any) -> Given:
    """A house that has just begun to teach these schools."""
    house = {"participant": PARENT, "school": "house", "tier": "house", "parent": None, "persons": {"head": HEAD}}
    given = Given(programme or tiny(), related={})
    arguments = {"rollout": "tiny-2024", "names": text("House"), "region": "north", "language": "both"}
    given.when(Enrol, **{**arguments, **house, "ends": "2025-06-30", **enrolment})
    for child in children:
        given.when(NoteChild, child=f"tiny-2024/{child}", tier="school", what="enrolled")
    return given
