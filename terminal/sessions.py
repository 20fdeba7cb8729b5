"""The sessions of a rollout as their hosts' streams have them, and the host of one of them."""

from typing import Any

from activities.adopted import adopted_by
from activities.dates import zone_of
from activities.titles import Titles
from domain.identity import read_session, rollout_and_school, rollout_of, school_of
from terminal.addressed import Addressed, addressed, one_of
from terminal.outcome import BadInput
from terminal.phrases import phrase
from terminal.reading import States, reading, rollout_named, states_of
from terminal.school_meant import school_meant

Row = dict[str, Any]


def sessions(rollout: str | None, school: str | None, log: str | None) -> list[Row]:
    """Every session, or those of a school. Raises NotFound."""
    with reading(log) as opened:
        if rollout is not None:
            rollout_named(opened, rollout)
        concerned = None if school is None else school_meant(opened, school, rollout).participant
        where: dict[str, Any] = {} if rollout is None else {"rollout": rollout}
        parents = {row["parent"] for row in opened.rows("participants", **where)} - {None}
        with states_of(opened) as states:
            found = [each for parent in sorted(parents) for each in _hosted(states, parent)]
    mine = [each for each in found if concerned in (None, each["host"], *each["schools"])]
    return sorted(mine, key=lambda each: (each["starts_at"], each["session"]))


def check_plan(to: Addressed, step: str, definition: str, schools: tuple[str, ...]) -> None:
    """That the host holds such a session, and prepares these schools. Raises NotFound with the nearest."""
    held = {each.step: each.tiers[0] for each in to.tier.steps if each.kind == "delivery"}
    below = held[one_of(step, list(held), phrase("training_called", school=to.state.school))]
    known = to.programme.tier_by_id[below].step_by_id[step]
    assert known.kind == "training"
    one_of(definition, [each.id for each in known.sessions], phrase("session_called", step=step))
    children = [school_of(child) for child in to.state.children]
    for school in schools:
        one_of(rollout_and_school(school)[1], children, phrase("school_prepared_called", school=to.state.school))


def host_of(session: str, rollout: str | None, acting_as: str | None) -> Addressed:
    """The participant that holds a session, which is named after it. Raises NotFound with the nearest, or BadInput."""
    named = read_session(session)
    if named is None:
        raise BadInput(phrase("no_session", session=session))
    to = addressed(named.host, rollout, acting_as)
    one_of(session, list(to.state.hosted), phrase("any_session"))
    return to


def _hosted(states: States, participant: str) -> list[Row]:
    from runtime.settings import settings

    rollout = rollout_of(participant)
    adopted = adopted_by(states.snapshot, rollout)
    titles = Titles(adopted.definition if adopted else {}, settings().language)
    zone = zone_of(adopted.time_zone if adopted else "UTC")
    return [
        {
            "rollout": rollout,
            "host": participant,
            "session": name,
            "step": each.step,
            "definition": each.definition,
            "title": titles.session(each.step, each.definition),
            "starts_at": each.starts_at,
            "begins": f"{each.starts_at.astimezone(zone):%Y-%m-%d %H:%M}",
            "hours": each.hours,
            "mode": each.mode,
            "schools": list(each.participants),
            "absent": {child: list(seats) for child, seats in each.absent.items()},
            "status": each.status,
        }
        for name, each in states.participant(participant).hosted.items()
    ]
