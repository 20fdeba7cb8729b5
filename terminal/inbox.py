"""The open tasks as a list: read from the view alone, with the words of the definition, quick enough to ask often."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import msgspec

from activities.adopted import Adopted, adopted_by
from activities.dates import due_in_words, zone_of
from activities.titles import Titles
from domain.identity import nearest, rollout_and_school, school_of
from terminal.outcome import BadInput, NotFound
from terminal.phrases import did_you_mean, phrase

if TYPE_CHECKING:
    from eventlog.reading import Snapshot

_SEATS = ("SeatTaken", "SeatFreed", "SubstituteNamed", "SubstituteEnded")
Row = dict[str, Any]


def _until(word: str) -> date | timedelta:
    """A day, or so many days from today."""
    if word in ("today", "week"):
        return timedelta(days=0 if word == "today" else 7)
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise BadInput(phrase("due_takes", word=word)) from error


class Inbox:
    """The open tasks as one snapshot of the log shows them, in one language."""

    def __init__(self, snapshot: "Snapshot", language: str, rollout: str | None = None) -> None:
        self._snapshot = snapshot
        self._language = language
        where: dict[str, Any] = {} if rollout is None else {"rollout": rollout}
        self._rows = snapshot.rows("tasks", **where)
        self._adopted: dict[str, Adopted | None] = {}
        self._titles: dict[str, Titles] = {}
        self._holders: dict[str, dict[str, list[str]]] = {}

    def tasks(self) -> list[Row]:
        """All of them, the first due first."""
        rows = sorted(self._rows, key=lambda row: (row["due_at"], row["participant"], row["task"]))
        return [self._entry(row) for row in rows]

    def of(self, word: str | None, tasks: Iterable[Row]) -> list[Row]:
        """Those of a person, a school or a role. Raises NotFound with the nearest."""
        if word is None:
            return list(tasks)
        is_meant = self._meaning(word)
        return [task for task in tasks if is_meant(task)]

    def due(self, word: str | None, tasks: Iterable[Row]) -> list[Row]:
        """Those overdue, or due by the end of today, of the next seven days or of a day. Raises BadInput."""
        if word is None:
            return list(tasks)
        if word == "overdue":
            return [task for task in tasks if task["overdue"]]
        until = _until(word)
        return [task for task in tasks if self._local(task, task["due_at"]) <= self._last_day(until, task)]

    def _last_day(self, until: date | timedelta, task: Row) -> date:
        return until if isinstance(until, date) else self._local(task, self._now(task["rollout"])) + until

    def _local(self, task: Row, instant: datetime) -> date:
        return instant.astimezone(self._zone(task["rollout"])).date()

    # --- for whom

    def _meaning(self, word: str) -> Callable[[Row], bool]:
        if "@" in word:
            from terminal.reading import person_meant

            return self._is_of_person(person_meant(self._snapshot, word))
        if word.startswith(("p-", "sim-")):
            return self._is_of_person(word)
        rollout, school = rollout_and_school(word)
        rows = self._snapshot.rows("participants")
        schools = {row["participant"] if rollout else row["school"] for row in rows}
        if word in schools:
            return lambda task: task["school"] == school and rollout in (None, task["rollout"])
        roles = {role for each in self._definitions() for role in each.definition["roles"]}
        if word in roles:
            return lambda task: task["role"] == word
        return self._is_of_office(word, [*schools, *roles])

    def _is_of_office(self, word: str, others: list[str]) -> Callable[[Row], bool]:
        """Of an office that every rollout has; the definitions need not name it, and there may be none yet."""
        from domain.programme import OFFICES

        if word in OFFICES:
            return lambda task: task["role"] == word
        close = nearest(word, [*others, *OFFICES])
        raise NotFound(phrase("nobody_of_that_name", word=word, hint=did_you_mean(close) if close else "."))

    def _is_of_person(self, person: str) -> Callable[[Row], bool]:
        """Tasks of seats and duties that the person holds or stands in for, and of offices that the person has."""
        known = {row["person"] for row in self._snapshot.rows("persons")}
        if person not in known:
            close = nearest(person, known)
            raise NotFound(phrase("no_person", person=person, hint=did_you_mean(close) if close else "."))
        rights = {(row["right"], row["scope"]) for row in self._snapshot.rows("rights", person=person)}

        def is_theirs(task: Row) -> bool:
            if person in task["persons"] or person == task["substitute"]:
                return True
            return not task["persons"] and not rights.isdisjoint({(task["role"], "*"), (task["role"], task["rollout"])})

        return is_theirs

    # --- what is said of a task

    def _entry(self, row: Row) -> Row:
        rollout, titles = row["rollout"], self._titles_of(row["rollout"])
        now, zone = self._now(rollout), self._zone(rollout)
        return {
            "rollout": rollout,
            "school": school_of(row["participant"]),
            "task": row["task"],
            "title": titles.task(row["tier"], row["task"]),
            "kind": row["kind"],
            "step": row["step"],
            "role": row["role"],
            "role_title": titles.role(row["role"]),
            "persons": self._persons(row),
            "substitute": row["substitute"],
            "asked_at": row["asked_at"],
            "due_at": row["due_at"],
            "due": due_in_words(row["due_at"], now, zone, self._language),
            "overdue": row["status"] == "overdue" or row["due_at"] < now,
        }

    def _persons(self, row: Row) -> list[str]:
        """Whose task it is; the view names one holder, and a role can have several seats."""
        adopted = self._definition(row["rollout"])
        if row["person"] is None or adopted is None:
            return [] if row["person"] is None else [row["person"]]
        seats = [seat for tier in adopted.definition["tiers"] if tier["id"] == row["tier"] for seat in tier["seats"]]
        if sum(seat["role"] == row["role"] for seat in seats) < 2:
            return [row["person"]]
        return self._seated(row["stream"]).get(row["role"], [row["person"]])

    def _seated(self, stream: str) -> dict[str, list[str]]:
        """role -> who sits in its seats, and who substitutes."""
        if stream not in self._holders:
            seats: dict[str, dict[str, str]] = {}
            for record in self._snapshot.read(limit=1_000_000, stream=stream, kinds=_SEATS):
                event = msgspec.json.decode(record.data)
                seat = seats.setdefault(event["seat"], {})
                match record.kind:
                    case "SeatTaken":
                        seat.update(role=event["role"], person=event["person"])
                    case "SeatFreed":
                        seat.clear()
                    case "SubstituteNamed":
                        seat["substitute"] = event["person"]
                    case _:
                        seat.pop("substitute", None)
            roles: dict[str, list[str]] = {}
            for seat in seats.values():
                if "person" in seat:
                    roles.setdefault(seat["role"], []).extend(
                        each for each in (seat["person"], seat.get("substitute")) if each
                    )
            self._holders[stream] = roles
        return self._holders[stream]

    # --- what holds for a rollout

    def _definition(self, rollout: str) -> Adopted | None:
        if rollout not in self._adopted:
            self._adopted[rollout] = adopted_by(self._snapshot, rollout)
        return self._adopted[rollout]

    def _definitions(self) -> Iterator[Adopted]:
        for row in self._snapshot.rows("rollouts"):
            adopted = self._definition(row["rollout"])
            if adopted is not None:
                yield adopted

    def _titles_of(self, rollout: str) -> Titles:
        if rollout not in self._titles:
            adopted = self._definition(rollout)
            self._titles[rollout] = Titles(adopted.definition if adopted else {}, self._language)
        return self._titles[rollout]

    def _zone(self, rollout: str) -> tzinfo:
        adopted = self._definition(rollout)
        return zone_of(adopted.time_zone if adopted else "UTC")

    def _now(self, rollout: str) -> datetime:
        """The wall clock; of a rehearsal, the date to which its calendar has come."""
        adopted = self._definition(rollout)
        if adopted is not None and adopted.rehearsal:
            return self._snapshot.head().recorded_at or datetime.now(UTC)
        return datetime.now(UTC)


def waits_for(task: Row, names: dict[str, str]) -> str:
    """Who it is that a task waits for, by name where the registry tells it."""
    persons = [names.get(person, person) for person in task["persons"]]
    if task["substitute"] and task["substitute"] not in task["persons"]:
        persons.insert(0, names.get(task["substitute"], task["substitute"]))
    return f"{', '.join(persons)} ({task['role_title']})" if persons else str(task["role_title"])
