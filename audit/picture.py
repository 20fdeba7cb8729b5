"""A state laid out in sections of named rows: what is shown of it, and what two of it are compared by."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from domain.history import Happening
from domain.identity import school_of
from domain.participant.state import Attempt, Participant
from domain.rollout.state import Rollout

Row = dict[str, object]
#: section -> what a row is of -> its columns
Picture = dict[str, dict[str, Row]]

ABOUT = "about"
PARTICIPANTS = "participants"
#: position of the event that a row comes from; where nothing else differs, nothing does
BY_EVENT = "by event"


def picture_of_participant(state: Participant, gates: Iterable[str], happenings: Iterable[Happening]) -> Picture:
    """`gates`: all that its tier has; `happenings`: its history as known, for the event that a row comes from."""
    by_version = {each.version: each for each in happenings}
    shut: dict[str, Row] = {gate: {"opened": None, BY_EVENT: None} for gate in gates}
    opened: dict[str, Row] = {
        gate: {"opened": by_version[version].happened_at, BY_EVENT: by_version[version].position}
        for gate, version in state.gates.items()
    }
    return {
        ABOUT: _about_participant(state),
        "seats": {
            name: {
                "role": seat.role, "person": seat.person, "since": seat.since,
                "substitute": seat.substitute, "substitute until": seat.substitute_until,
            }
            for name, seat in state.seats.items()
        },
        "duties": {duty: {"person": has.person, "since": has.since} for duty, has in state.duties.items()},
        "steps": {
            step: {"kind": each.kind, "started": each.started_at, "done": each.done_at}
            for step, each in state.steps.items()
        },
        "gates": {**shut, **opened},
        "tasks": {
            task.id: {
                "role": task.role, "asked": task.asked_at, "due": task.due_at,
                "status": "escalated" if task.escalated else "overdue" if task.overdue else "open",
            }
            for task in state.tasks.values()
        },
        **_work(state),
        "children": {
            child: {"tier": each.tier, "certified": each.certified, "ended": each.ended}
            for child, each in state.children.items()
        },
        "facts": {
            name: {"value": fact.value, BY_EVENT: by_version[fact.version].position}
            for name, fact in sorted(state.facts.items())
        },
    }  # fmt: skip


def _about_participant(state: Participant) -> dict[str, Row]:
    fields: dict[str, object] = {
        "participant": state.id,
        "names": state.names.get("en") or next(iter(state.names.values()), None),
        "tier": state.tier,
        "parent": state.parent,
        "region": state.region,
        "language": state.language,
        "phase": "paused" if state.paused_at is not None else state.phase,
        "enrolled": state.enrolled_at,
        "certified": state.certified_at,
        "ended": state.ended_at,
        "version": state.version,
    }
    return {name: {"value": value} for name, value in fields.items()}


def _work(state: Participant) -> Picture:
    """What was planned, attended, submitted and looked at."""
    return {
        "sessions held for others": {
            name: {
                "starts": each.starts_at, "hours": each.hours, "status": each.status,
                "participants": len(each.participants),
            }
            for name, each in state.hosted.items()
        },
        "sessions": {
            name: {
                "host": each.host, "starts": each.starts_at, "hours": each.hours, "status": each.status,
                "present": ", ".join(each.present) or None,
            }
            for name, each in state.bookings.items()
        },
        "checkpoints": {
            f"{step}/{each.number}": {"outcome": each.outcome, "at": each.at}
            for step, held in state.checkpoints.items()
            for each in held
        },
        "evidence": {
            f"{item}#{number}": {
                "submitted": each.submitted_at, "submitter": each.submitter, "files": len(each.artefacts),
                **_verdict(each),
            }
            for item, attempts in state.evidence.items()
            for number, each in enumerate(attempts, 1)
        },
    }  # fmt: skip


def _verdict(attempt: Attempt) -> Row:
    """What needs no review counts as accepted when it is submitted; nobody has looked at it, though."""
    review = attempt.review
    if review is None:
        return {"verdict": None, "reviewer": None, "score": None}
    if review.version == attempt.version:
        return {"verdict": "no review asked", "reviewer": None, "score": None}
    return {"verdict": review.verdict, "reviewer": review.reviewer, "score": review.score}


def picture_of_rollout(state: Rollout, participants: Mapping[str, Participant]) -> Picture:
    """`participants` as they were at the same moment; one that had not begun has version 0."""
    fields: dict[str, object] = {
        "rollout": state.id,
        "programme": f"{state.programme} {state.programme_version}",
        "cohort": state.cohort,
        "status": state.status,
        "started": state.started_at,
        "closed": state.closed_at,
        "version": state.version,
    }
    rows = {each: _participant(state, each, participants.get(each, Participant())) for each in state.roster}
    return {
        ABOUT: {name: {"value": value} for name, value in fields.items()},
        "counts": _counts(rows),
        PARTICIPANTS: rows,
        "nominations": {school: {"tier": each.tier, "parent": each.parent} for school, each in state.nominated.items()},
    }


def _participant(rollout: Rollout, participant: str, state: Participant) -> Row:
    entry = rollout.roster[participant]
    status = "paused" if state.paused_at is not None else state.phase
    return {
        "tier": entry.tier,
        "parent": entry.parent,
        "status": status if state.version else "on the roster",
        "seats": f"{sum(seat.person is not None for seat in state.seats.values())}/{len(state.seats)}",
        "certified": state.certified_at,
        "ended": state.ended_at,
        "open tasks": len(state.tasks),
        "overdue": sum(task.overdue for task in state.tasks.values()),
    }


def _counts(rows: Mapping[str, Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for tier in dict.fromkeys(row["tier"] for row in rows.values()):
        of_tier = [row for row in rows.values() if row["tier"] == tier]
        statuses = Counter(str(row["status"]) for row in of_tier)
        words = ", ".join(f"{number} {status}" for status, number in statuses.most_common())
        certified = sum(row["certified"] is not None for row in of_tier)
        found[str(tier)] = {"participants": len(of_tier), "certified": certified, "statuses": words}
    return found


def tree_of(rows: Mapping[str, Row]) -> list[tuple[int, str]]:
    """Participants below their parents: how deep, and who; in the order of the roster."""
    below: dict[object, list[str]] = {}
    for participant, row in rows.items():
        parent = row["parent"]
        below.setdefault(parent if parent in rows else None, []).append(participant)
    found: list[tuple[int, str]] = []
    waiting = [(0, each) for each in reversed(below.get(None, []))]
    while waiting:
        depth, participant = waiting.pop()
        found.append((depth, participant))
        waiting += [(depth + 1, each) for each in reversed(below.get(participant, []))]
    return found


def name_in_tree(depth: int, participant: str) -> str:
    return "  " * depth + school_of(participant)


def differences(before: Picture, after: Picture, plain: Callable[[object], str]) -> list[tuple[str, str, str]]:
    """Section, row, and what became of it; `plain` says a value in words."""
    found = []
    for section in dict.fromkeys((*before, *after)):
        rows, later = before.get(section, {}), after.get(section, {})
        for name in dict.fromkeys((*rows, *later)):
            words = _difference(rows.get(name), later.get(name), plain)
            if words and (section, name) != (ABOUT, "version"):
                found.append((section, name, words))
    return found


def _difference(before: Row | None, after: Row | None, plain: Callable[[object], str]) -> str:
    if before is None and after is not None:
        given = ", ".join(_named(name, plain(value)) for name, value in after.items() if value not in (None, ""))
        return f"new: {given}" if given else "new"
    if after is None and before is not None:
        given = ", ".join(_named(name, plain(value)) for name, value in before.items() if value not in (None, ""))
        return f"gone: {given}" if given else "gone"
    assert before is not None
    assert after is not None
    changed = [name for name in after if before.get(name) != after[name]]
    if changed == [BY_EVENT]:
        return ""
    return ", ".join(
        _named(name, plain(after[name]) if name == BY_EVENT else f"{plain(before.get(name))} -> {plain(after[name])}")
        for name in changed
    )


def _named(name: str, words: str) -> str:
    return words if name == "value" else f"{name} {words}"
