"""Replay: what was the case at a moment, what was known of it then, and what changed between two moments."""

from collections.abc import Callable

from msgspec.structs import replace

from audit.archive import Archive
from audit.moment import Moment
from audit.past import known_by, state_at
from audit.picture import Picture, differences, picture_of_participant, picture_of_rollout
from domain.identity import participant_stream, stream_kind
from domain.participant.state import Participant
from domain.rollout.state import Rollout

Difference = tuple[str, str, str]
Plain = Callable[[object], str]


def picture_at(archive: Archive, stream: str, moment: Moment) -> Picture:
    """Of a rollout with all its participants, or of one participant; empty where nothing had begun."""
    state = state_at(archive, stream, moment)
    if not state.version:
        return {}
    match state:
        case Participant():
            tier = archive.programme(stream).tier_by_id[state.tier]
            return picture_of_participant(state, tier.gates, known_by(archive.history(stream), moment))
        case Rollout():
            return picture_of_rollout(state, participants_at(archive, state, moment))
        case _:
            raise ValueError(f"{stream_kind(stream)} streams are not replayed as pictures")


def participants_at(archive: Archive, rollout: Rollout, moment: Moment) -> dict[str, Participant]:
    found = {}
    for participant in rollout.roster:
        state = state_at(archive, participant_stream(participant), moment)
        assert isinstance(state, Participant)
        found[participant] = state
    return found


def learnt_since(archive: Archive, stream: str, moment: Moment, plain: Plain) -> list[Difference]:
    """What is known of the moment now and was not known then: recorded, or corrected, afterwards."""
    if moment.at is None or moment.known_on is not None:
        return []
    then = picture_at(archive, stream, replace(moment, known_on=moment.at))
    return differences(then, picture_at(archive, stream, moment), plain)


def changed_between(archive: Archive, stream: str, before: Moment, after: Moment, plain: Plain) -> list[Difference]:
    return differences(picture_at(archive, stream, before), picture_at(archive, stream, after), plain)
