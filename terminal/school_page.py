"""One school on one page: its team, its steps, what is open, what it submitted, and which gates are shut and why."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from domain.calendar import zone
from domain.gate import AllOf, FactIs, Facts, Gate, evaluate, sentence
from domain.identity import school_of
from domain.participant.draft import substitute_now
from domain.participant.state import CREDITED, Participant
from domain.programme import Programme
from terminal.addressed import one_of
from terminal.imagined import Imagined
from terminal.phrases import headings, phrase, word
from terminal.reading import in_language, names_of, reading, rollout_named, states_of
from terminal.school_meant import school_meant
from terminal.tables import print_fields, print_json, print_table, shown
from terminal.tree import PHASES, cut, phase_of

if TYPE_CHECKING:
    from terminal.reading import States

Row = dict[str, Any]
_TITLE = 40


def print_school(school: str, rollout: str | None, log_named: str | None, *, as_json: bool) -> None:
    with reading(log_named) as log:
        meant = school_meant(log, school, rollout)
        with states_of(log) as states:
            page = Page(states, meant.participant, in_english=as_json)
    found = page.sections(names_of(page.persons()) if log_named is None else {})
    head = page.head()
    if as_json:
        print_json({**head, **page.tier_told(), **found})
        return
    head, found = page.local(head), {title: [page.local(row) for row in rows] for title, rows in found.items()}
    head = {name: value for name, value in head.items() if value}
    print_fields(dict(zip(_headings(head), head.values(), strict=True)))
    for title, rows in found.items():
        if rows:
            print(f"\n{_headings([title])[0]}")
            lines = [line for row in rows for line in _lines_of(row)]
            print_table(_headings(rows[0]), lines)


def _headings(names: Iterable[str]) -> list[str]:
    return headings(*(each.replace("_", " ").capitalize() for each in names))


def _lines_of(row: Row) -> Iterator[tuple[object, ...]]:
    """A row; where its last value is a list, a line for each of that, the other columns said once."""
    *first, last = row.values()
    if not isinstance(last, list):
        yield (*first, last)
        return
    yield (*first, last[0] if last else None)
    for each in last[1:]:
        yield (*("" for _ in first), each)


class Page:
    """What there is to say of a participant, as one snapshot of the log shows it."""

    def __init__(self, states: "States", participant: str, *, in_english: bool) -> None:
        from runtime.settings import settings

        self._english = in_english
        self._language = settings().language
        self._state = state = states.participant(participant)
        self._programme = programme = states.programme(state.rollout)
        self._tier = programme.tier_by_id[state.tier]
        self._now = datetime.now(UTC)
        imagined = Imagined(programme, state.rollout, frozenset(), self._now, states.snapshot)
        self._facts = replace(imagined.facts_of(state), own=state.facts)
        self._nominated = [
            each.school for each in states.rollout(state.rollout).nominated.values() if each.parent == participant
        ]

        rows = states.snapshot.rows("participants", rollout=state.rollout, parent=participant)
        self._children = {str(row["participant"]): row for row in rows}
        (self._row,) = states.snapshot.rows("participants", rollout=state.rollout, participant=participant)

    def persons(self) -> set[str]:
        seats = self._state.seats.values()
        found = {seat.person for seat in seats} | {seat.substitute for seat in seats}
        return {person for person in found if person} | {duty.person for duty in self._state.duties.values()}

    def local(self, row: Row) -> Row:
        """Instants in the programme's time zone, and yes and no, as people read them."""
        time_zone = zone(self._programme.time_zone)
        told = {
            name: value.astimezone(time_zone) if isinstance(value, datetime) else value for name, value in row.items()
        }
        return {name: word(shown(value)) if isinstance(value, bool) else value for name, value in told.items()}

    def _word(self, english: str) -> str:
        return english if self._english else word(english)

    def tier_told(self) -> dict[str, str]:
        """The tier as programs want it, its id and its title apart."""
        return {"tier": self._state.tier, "tier_title": self._tier.title.in_language(self._language)}

    def head(self) -> dict[str, Any]:
        state = self._state
        children = [f"{school_of(child)} ({self._of_child(child)})" for child in state.children]
        children += [f"{school} ({self._word('nominated')})" for school in self._nominated]
        return {
            "school": state.school,
            "name": in_language(state.names),
            "rollout": state.rollout,
            "tier": f"{state.tier}, {self._tier.title.in_language(self._language)}",
            "status": self._word(PHASES[phase_of(self._row)][0]),
            "enrolled": state.enrolled_at,
            "certified": state.certified_at,
            "ended": state.ended_at,
            "region": state.region,
            "language": self._word(state.language),
            "prepared_by": school_of(state.parent) if state.parent else None,
            "prepares": ", ".join(children),
        }

    def _of_child(self, child: str) -> str:
        """How it stands by its own page; on the roster alone, it is still starting."""
        return self._word(PHASES[phase_of(self._children[child]) if child in self._children else "starting"][0])

    def sections(self, names: Mapping[str, str]) -> dict[str, list[Row]]:
        return {
            "seats": list(self._seats(names)),
            "duties": list(self._duties(names)),
            "steps": list(self._steps()),
            "open_tasks": list(self._tasks()),
            "sessions": sorted(self._sessions(), key=lambda each: (each["starts"], each["session"])),
            "evidence": list(self._evidence()),
            "checkpoints": list(self._checkpoints()),
            "facts": [{"fact": name, "value": fact.value} for name, fact in sorted(self._state.facts.items())],
            "gates": list(self._gates()),
        }

    def _seats(self, names: Mapping[str, str]) -> Iterator[Row]:
        for seat, each in self._state.seats.items():
            away = substitute_now(each, self._now)
            yield {
                "seat": seat,
                "role": each.role,
                "person": each.person,
                "name": names.get(each.person or ""),
                "since": each.since,
                "substitute": f"{names.get(away, away)}" if away else None,
            }

    def _duties(self, names: Mapping[str, str]) -> Iterator[Row]:
        for duty in self._tier.duties:
            has = self._state.duties.get(duty.role)
            person = has.person if has else None
            yield {
                "duty": duty.role,
                "person": person,
                "name": names.get(person or ""),
                "since": has.since if has else None,
                "given_by": phrase("of_the_parent", in_english=self._english, role=duty.from_parent)
                if duty.from_parent
                else "kaskad school assign",
            }

    def _steps(self) -> Iterator[Row]:
        for step in self._tier.steps:
            under_way = self._state.steps.get(step.id)
            if under_way is None:
                said, since = "ahead", None
            elif under_way.done_at is None:
                said, since = "under way", under_way.started_at
            else:
                said, since = "done", under_way.done_at
            title = cut(step.title.in_language(self._language), _TITLE)
            yield {
                "step": step.id,
                "kind": self._word(step.kind),
                "state": self._word(said),
                "since": since,
                "title": title,
            }

    def _tasks(self) -> Iterator[Row]:
        for task in sorted(self._state.tasks.values(), key=lambda each: (each.due_at, each.id)):
            state = self._word("overdue" if task.overdue else "open")
            late = (
                phrase("escalated", in_english=self._english, state=state, role=task.escalate_to)
                if task.escalated
                else state
            )
            yield {"task": task.id, "role": task.role, "due": task.due_at, "state": late}

    def _sessions(self) -> Iterator[Row]:
        for session, held in self._state.hosted.items():
            yield {
                "session": session, "step": held.step, "starts": held.starts_at, "hours": held.hours,
                "state": self._word(held.status),
                "with": phrase("holds_it", in_english=self._english, count=len(held.participants)),
            }  # fmt: skip
        for session, booked in self._state.bookings.items():
            present = phrase("so_many_present", in_english=self._english, count=len(booked.present))
            there = f", {present}" if booked.status in CREDITED else ""
            yield {
                "session": session, "step": booked.step, "starts": booked.starts_at, "hours": booked.hours,
                "state": self._word(booked.status),
                "with": phrase("held_by", in_english=self._english, school=school_of(booked.host)) + there,
            }  # fmt: skip

    def _evidence(self) -> Iterator[Row]:
        for item, attempts in self._state.evidence.items():
            for number, attempt in enumerate(attempts, 1):
                review = attempt.review
                yield {
                    "evidence": item,
                    "attempt": number,
                    "submitted": attempt.submitted_at,
                    "files": len(attempt.artefacts),
                    "verdict": self._word(review.verdict if review else "waits for review"),
                    "points": review.score if review else None,
                }

    def _checkpoints(self) -> Iterator[Row]:
        for step, held in self._state.checkpoints.items():
            for each in held:
                yield {"step": step, "checkpoint": each.number, "outcome": self._word(each.outcome), "at": each.at}

    def _gates(self) -> Iterator[Row]:
        for gate_id, gate in self._tier.gates.items():
            opened = gate_id in self._state.gates
            missing = [] if opened else list(missing_of(gate, self._facts, self._state, self._programme, self._now))
            yield {"gate": gate_id, "state": self._word("open" if opened else "shut"), "missing": missing}


def missing_of(gate: Gate, facts: Facts, state: Participant, programme: Programme, now: datetime) -> Iterator[str]:
    """The conditions that do not hold yet, each in words, with what the fact says now."""
    if isinstance(gate, AllOf):
        for each in gate.all:
            yield from missing_of(each, facts, state, programme, now)
        return
    verdict = evaluate(gate, facts, state.id, now, programme.time_zone)
    if verdict.open:
        return
    words = sentence(gate)
    if isinstance(gate, FactIs) and verdict.readings:
        values = [_plain(each.value) for each in verdict.readings]
        words += f" (now {', '.join(values)})"
    yield words


def _plain(value: object) -> str:
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def print_schools(rollout: str | None, tier: str | None, log_named: str | None, *, as_json: bool) -> None:
    """The roster, one line for each school."""
    with reading(log_named) as log:
        if rollout:
            rollout_named(log, rollout)
        rows = log.rows("participants", rollout=rollout) if rollout else log.rows("participants")
        if tier is not None:
            one_of(tier, sorted({row["tier"] for row in rows}), phrase("school_at_the_tier"))
        names = {row["participant"]: row["names"] for row in log.rows("roster")}
    listed = [row for row in rows if tier in (None, row["tier"])]
    if as_json:
        print_json([_told(row, names) for row in listed])
        return
    columns = headings("School", "Name", "Tier", "Status", "Seats", "Parent", "Rollout")
    print_table(columns, [_line(row, names) for row in listed])


def _told(row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    """For programs: numbers, and the phase as the log has it."""
    return {
        "school": row["school"],
        "name": in_language(names.get(row["participant"], "{}")),
        "tier": row["tier"],
        "status": phase_of(row),
        "seats_filled": row["seats_filled"],
        "seats_total": row["seats_total"],
        "parent": school_of(row["parent"]) if row["parent"] else None,
        "rollout": row["rollout"],
    }


def _line(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[object, ...]:
    status = phase_of(row)
    return (
        row["school"],
        in_language(names.get(row["participant"], "{}")),
        row["tier"],
        word(PHASES.get(status, (status, ""))[0]),
        f"{row['seats_filled']}/{row['seats_total']}",
        school_of(row["parent"]) if row["parent"] else None,
        row["rollout"],
    )
