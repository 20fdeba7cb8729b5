"""The dose of a training: the hours that enough of its audience have attended."""

from domain.participant.state import Booking, Participant, with_facts


def dose_facts(state: Participant, step: str) -> Participant:
    """`<training>.hours`: the hours that the dose's share of the audience has at least attended.

    A seat that may stay empty, and is, does not count.
    """
    under_way = state.steps.get(step)
    if under_way is None:
        return state
    attended = [each for each in state.bookings.values() if each.step == step and each.status == "attended"]
    seats = [name for name in under_way.audience if state.seats[name].required or state.seats[name].person is not None]
    hours = sorted((_hours(attended, seat) for seat in seats), reverse=True)
    wanted = -(-len(hours) * under_way.share // 100)
    reached = hours[wanted - 1] if 0 < wanted <= len(hours) else 0
    return with_facts(state, {f"{step}.hours": reached, f"{step}.sessions": len(attended)})


def _hours(attended: list[Booking], seat: str) -> int:
    return sum(each.hours for each in attended if seat in each.present)
