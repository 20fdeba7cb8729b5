"""The dose of a training: the hours that enough of its audience have attended, and what to do when they have not."""

from domain.participant.state import Booking, Participant, StepState, with_facts
from domain.step import TrainingStep


def dose_facts(state: Participant, step: str) -> Participant:
    """`<training>.hours`: the hours that the dose's share of the audience has at least attended.

    A seat that may stay empty, and is, does not count.
    """
    under_way = state.steps.get(step)
    if under_way is None:
        return state
    attended = [each for each in state.bookings.values() if each.step == step and each.status == "attended"]
    hours = sorted((_hours(attended, seat) for seat in _counted(state, under_way)), reverse=True)
    wanted = -(-len(hours) * under_way.share // 100)
    reached = hours[wanted - 1] if 0 < wanted <= len(hours) else 0
    return with_facts(state, {f"{step}.hours": reached, f"{step}.sessions": len(attended)})


def to_catch_up(state: Participant, training: TrainingStep) -> tuple[str, ...]:
    """The sessions to be held again for a participant that has had them all, and not enough of them.

    As many as bring it the hours that it lacks, those first that fewest of its seats attended.
    """
    under_way = state.steps.get(training.id)
    lacks = training.dose.hours - int(state.fact(f"{training.id}.hours") or 0)
    if under_way is None or under_way.done_at is not None or lacks <= 0:
        return ()
    bookings = [each for each in state.bookings.values() if each.step == training.id and each.status != "cancelled"]
    had = {each.definition for each in bookings}
    if any(each.status == "booked" for each in bookings) or not had.issuperset(each.id for each in training.sessions):
        return ()
    seats = set(_counted(state, under_way))
    chosen: list[str] = []
    for session in sorted(training.sessions, key=lambda each: _attended_by(seats, bookings, each.id)):
        if lacks > 0:
            chosen.append(session.id)
            lacks -= session.hours
    return tuple(chosen)


def to_be_had(state: Participant, training: TrainingStep) -> tuple[str, ...]:
    """The sessions that it has not had of a training that is not done; had it all, those that it is to have again."""
    under_way = state.steps.get(training.id)
    if under_way is not None and under_way.done_at is not None:
        return ()
    bookings = [each for each in state.bookings.values() if each.step == training.id and each.status != "cancelled"]
    had = {each.definition for each in bookings}
    return tuple(each.id for each in training.sessions if each.id not in had) or to_catch_up(state, training)


def _counted(state: Participant, under_way: StepState) -> list[str]:
    return [name for name in under_way.audience if state.seats[name].required or state.seats[name].person is not None]


def _attended_by(seats: set[str], bookings: list[Booking], definition: str) -> int:
    return len(seats & {name for each in bookings if each.definition == definition for name in each.present})


def _hours(attended: list[Booking], seat: str) -> int:
    return sum(each.hours for each in attended if seat in each.present)
