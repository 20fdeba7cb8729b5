"""A start that is tried out: what it would record, ask and lack, decided by the domain with nothing recorded."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from activities.facts import rights_in
from domain.calendar import local_day, zone
from domain.identity import rollout_stream
from domain.participant.state import Participant
from domain.participant.tasks import TaskAsked
from domain.programme import Tier
from domain.refusal import Refused
from domain.rollout.commands import Place
from terminal.acting import actor
from terminal.imagined import Imagined, kinds_of
from terminal.outcome import REFUSED
from terminal.reading import reading
from terminal.rollout_start import Wanted, optional_log, refuse_other_contents
from terminal.roster_file import refusals_of
from terminal.saying import said
from terminal.tables import print_fields, print_json, print_table

if TYPE_CHECKING:
    from eventlog.reading import Snapshot

#: what a decision needs for an actor where nobody was named; the command itself would not be sent
_NOBODY = "p-00000000"


@dataclass(slots=True)
class Plan:
    """What a start would do."""

    wanted: Wanted
    imagined: Imagined | None = None
    refused: list[Refused] = field(default_factory=list)
    #: what the whole start is refused for
    barred: Refused | None = None
    rights_checked: bool = True

    @property
    def participants(self) -> list[Participant]:
        if self.imagined is None:
            return []
        streams = dict.fromkeys(stream for stream, _ in self.imagined.events)
        return [state for stream in streams if isinstance(state := self.imagined.state(stream), Participant)]

    @property
    def is_possible(self) -> bool:
        return self.barred is None and not self.refused


def plan(wanted: Wanted, acting_as: str | None) -> Plan:
    """Try the start out over the log as it is now, or over an empty one where there is none."""
    with optional_log() as log:
        if log is None:
            return _plan(wanted, None, None)
        with log.snapshot() as snapshot:
            return _plan(wanted, actor(acting_as) if acting_as else None, snapshot)


def _plan(wanted: Wanted, who: str | None, snapshot: "Snapshot | None") -> Plan:
    found = Plan(wanted, rights_checked=who is not None)
    try:
        if snapshot is not None:
            refuse_other_contents(snapshot, wanted)
        left, found.refused = refusals_of(lambda places: _check(wanted, places, who, snapshot), wanted.places)
        found.imagined = _imagined(wanted, who, snapshot)
        for command in replace(wanted, places=left).commands(who or _NOBODY):
            found.imagined.ask(rollout_stream(wanted.rollout), command)
    except Refused as refused:
        found.barred = refused
    return found


def refused_of(wanted: Wanted, who: str) -> list[Refused]:
    """Which of its schools the domain would refuse. Raises Refused for what bars the whole start."""
    with reading() as log, log.snapshot() as snapshot:
        return refusals_of(lambda places: _check(wanted, places, who, snapshot), wanted.places)[1]


def _check(wanted: Wanted, places: tuple[Place, ...], who: str | None, snapshot: "Snapshot | None") -> None:
    """All places as one start, however many they are, since it is the list as a whole that has to be right."""
    (first, *_) = replace(wanted, places=places).commands(who or _NOBODY)
    _imagined(wanted, who, snapshot).check(first.model_copy(update={"places": places}))


def _imagined(wanted: Wanted, who: str | None, snapshot: "Snapshot | None") -> Imagined:
    rights = frozenset({"programme-manager"})
    if snapshot is not None and who is not None:
        rights = rights_in(snapshot, who, wanted.rollout)
    return Imagined(wanted.definition.programme, wanted.rollout, rights, datetime.now(UTC), snapshot)


def print_plan(found: Plan, *, as_json: bool) -> int:
    """Says what would happen; the exit code is that which the start would have."""
    if as_json:
        print_json(_as_json(found))
    else:
        _print(found)
    return 0 if found.is_possible else REFUSED


def _print(found: Plan) -> None:
    wanted, programme = found.wanted, found.wanted.definition.programme
    cohort, here = programme.cohorts[wanted.cohort], zone(programme.time_zone)
    asked = [(role, task, number, due.astimezone(here)) for role, task, number, due in _asked(found)]
    print_fields(
        {
            "Rollout": f"{wanted.rollout} (tried out: nothing was recorded)",
            "Programme": f"{programme.programme} {programme.version}, digest {wanted.definition.digest[:12]}",
            "Cohort": f"{wanted.cohort}, {cohort.starts} to {cohort.ends}",
            "Would record": _events(found),
        }
    )
    print()
    if found.barred is not None:
        print(f"Refused: {said(found.barred)}")
        return
    print_table(("Tier", "Planned", "Listed", "Seats", "Filled", "To assign"), _tiers(found))
    for title, columns, rows in (
        ("Refused", ("School", "Why"), [(each.params.get("school"), said(each)) for each in found.refused]),
        ("Asked at once", ("Role", "Task", "Participants", "First due"), asked),
        ("Chosen", ("Parameter", "Value", "Default"), _chosen(found)),
    ):
        if rows:
            print(f"\n{title}")
            print_table(columns, rows)
    notes = list(_notes(found))
    if notes:
        print("\nWorth a look")
        for note in notes:
            print(f"- {note}")
    print(f"\n{'This would be done' if found.is_possible else 'This would be refused'}; nothing was recorded.")


def _as_json(found: Plan) -> dict[str, Any]:
    wanted = found.wanted
    keys = ("tier", "planned", "listed", "seats", "filled", "to_assign")
    return {
        "rollout": wanted.rollout,
        "programme": wanted.definition.programme.programme,
        "programme_version": wanted.definition.programme.version,
        "definition": wanted.definition.digest,
        "cohort": wanted.cohort,
        "possible": found.is_possible,
        "events": kinds_of(found.imagined) if found.imagined else {},
        "barred": said(found.barred) if found.barred else None,
        "refused": [{"school": each.params.get("school"), "why": said(each)} for each in found.refused],
        "tiers": [dict(zip(keys, row, strict=True)) for row in _tiers(found)],
        "asked": [
            {"role": role, "task": task, "participants": number, "first_due": due}
            for role, task, number, due in _asked(found)
        ],
        "parameters": dict(wanted.definition.chosen),
        "notes": list(_notes(found)),
    }


def _events(found: Plan) -> str:
    if found.imagined is None or not found.imagined.events:
        return "nothing" if found.barred else "nothing: it has been started already"
    kinds = ", ".join(f"{number} {kind}" for kind, number in kinds_of(found.imagined).items())
    return f"{len(found.imagined.events)} events: {kinds}"


def _tiers(found: Plan) -> list[tuple[str, int | None, int, int, int, str | None]]:
    """Where the cohort plans nothing for a tier, that is not the same as planning none."""
    programme = found.wanted.definition.programme
    planned = programme.cohorts[found.wanted.cohort].participants
    listed = Counter(each.tier for each in found.wanted.places)
    participants, rows = found.participants, []
    for tier in programme.tiers:
        states = [each for each in participants if each.tier == tier.id]
        number = max(listed[tier.id], len(states))
        filled = sum(seat.person is not None for each in states for seat in each.seats.values())
        rows.append((tier.id, planned.get(tier.id), number, number * len(tier.seats), filled, _duties(tier, number)))
    return rows


def _duties(tier: Tier, number: int) -> str | None:
    """Duties that somebody has to be given by hand; the others follow from the parent's team."""
    by_hand = [duty.role for duty in tier.duties if duty.from_parent is None]
    return ", ".join(f"{number} {role}" for role in by_hand) if number and by_hand else None


def _asked(found: Plan) -> list[tuple[str, str, int, datetime]]:
    if found.imagined is None:
        return []
    first: dict[tuple[str, str], list[datetime]] = {}
    for _, event in found.imagined.events:
        if isinstance(event, TaskAsked):
            first.setdefault((event.role, event.task), []).append(event.due_at)
    return [(role, task, len(dues), min(dues)) for (role, task), dues in sorted(first.items())]


def _chosen(found: Plan) -> list[tuple[str, Any, Any]]:
    parameters = found.wanted.definition.programme.parameters
    return [
        (name, value, parameters[name].default)
        for name, value in found.wanted.definition.chosen.items()
        if name in parameters and str(value) != str(parameters[name].default)
    ]


def _notes(found: Plan) -> Iterator[str]:
    wanted, programme = found.wanted, found.wanted.definition.programme
    yield from (f"The definition: {warning}" for warning in wanted.definition.warnings)
    if not found.rights_checked:
        yield "Whether the actor may do it was not checked: there is no event log yet, or nobody is named by --as."
    yield from _dates(found, local_day(datetime.now(UTC), programme.time_zone))
    for tier, planned, listed, seats, filled, duties in _tiers(found):
        if listed and planned is not None and listed != planned:
            yield f"The list has {listed} of the tier {tier}; the cohort plans {planned}."
        if seats > filled:
            yield f"Nobody sits in {seats - filled} of {seats} seats of the tier {tier} yet ('kaskad school seat')."
        if duties:
            yield f"The tier {tier} needs {duties} ('kaskad school assign')."


def _dates(found: Plan, today: date) -> Iterator[str]:
    programme = found.wanted.definition.programme
    cohort, calendar = programme.cohorts[found.wanted.cohort], programme.calendar
    if today > cohort.ends:
        yield f"The cohort ended on {cohort.ends}: whatever is asked now falls due after its end."
    elif today > cohort.starts:
        days = (today - cohort.starts).days
        yield f"The cohort began on {cohort.starts}, {days} days ago; due dates count from today."
    elif today < cohort.starts:
        days = (cohort.starts - today).days
        yield f"The cohort begins on {cohort.starts}, in {days} days; due dates count from today."
    last = max((term.last for term in calendar.terms), default=None)
    if last is None:
        yield "The calendar has no terms."
    elif last < cohort.ends:
        yield f"The calendar's last term ends on {last}; the cohort goes on until {cohort.ends}."
    if not any(span.last >= today for span in calendar.holidays):
        yield "The calendar knows no holidays from today on ('kaskad rollout calendar set')."
