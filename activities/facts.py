"""The facts that a decision may read, all of them as one snapshot of the log shows them."""

import json
from collections.abc import Sequence

from activities.streams import Streams
from domain.command import CASCADE, CLOCK, Command
from domain.gate import Fact, Facts
from domain.identity import participant_id, participant_stream, rollout_of_stream
from domain.organisation.stream import rights_of
from domain.participant.corrections import Correct
from domain.participant.draft import holders_of
from domain.participant.kin import kin_of
from domain.participant.state import Participant
from domain.programme import Programme
from domain.rollout.commands import NominateSchools
from domain.rollout.state import Rollout
from eventlog.reading import Snapshot

Sheet = dict[str, Fact]


def facts_for(
    snapshot: Snapshot, streams: Streams, programme: Programme | None, stream: str, state: object, command: Command
) -> Facts:
    """What `decide` is handed: the position, the actor's rights, and the facts of others that gates still shut read."""
    rights = _rights(snapshot, streams, command.actor, rollout_of_stream(stream))
    if programme is not None and isinstance(state, Participant) and state.version:
        doubting = isinstance(command, Correct)
        return Facts(snapshot.position, {}, _related(snapshot, streams, programme, state, doubting=doubting), rights)
    if isinstance(command, NominateSchools) and isinstance(state, Rollout) and state.version:
        rights |= _roles_at(snapshot, streams, participant_id(state.id, command.parent), command)
    return Facts(snapshot.position, {}, {}, rights)


def rights_in(snapshot: Snapshot, person: str, rollout: str | None) -> frozenset[str]:
    """The rights that hold in the rollout; those with scope * hold everywhere."""
    if person in (CLOCK, CASCADE):
        return frozenset()
    return frozenset(row["right"] for row in snapshot.rows("rights", person=person, scope=("*", rollout or "*")))


def _rights(snapshot: Snapshot, streams: Streams, person: str, rollout: str | None) -> frozenset[str]:
    """The same from the organisation's stream, which is in memory."""
    if person in (CLOCK, CASCADE):
        return frozenset()
    return rights_of(streams.organisation(snapshot), person, rollout)


def _roles_at(snapshot: Snapshot, streams: Streams, participant: str, command: Command) -> frozenset[str]:
    state = streams.participant(snapshot, participant)
    roles = {seat.role for seat in state.seats.values()} | set(state.duties)
    return frozenset(f"role:{role}" for role in roles if command.actor in holders_of(state, role, command.now))


def _related(
    snapshot: Snapshot, streams: Streams, programme: Programme, state: Participant, *, doubting: bool
) -> dict[str, dict[str, Sheet]]:
    names: dict[str, set[str]] = {}
    for gate_id, of_others in programme.tier_by_id[state.tier].facts_of_others.items():
        if gate_id not in state.gates or doubting:
            for relation, read in of_others.items():
                names.setdefault(relation, set()).update(read)
    return {
        relation: _sheets(snapshot, streams, _kin(snapshot, state, relation), sorted(read))
        for relation, read in names.items()
    }


def _kin(snapshot: Snapshot, state: Participant, relation: str) -> list[str]:
    def peers() -> list[str]:
        rows = snapshot.rows("participants", rollout=state.rollout, parent=state.parent)
        return [row["participant"] for row in rows]

    return kin_of(state, relation, peers)


def _sheets(
    snapshot: Snapshot, streams: Streams, participants: Sequence[str], names: Sequence[str]
) -> dict[str, Sheet]:
    """The named facts of each participant; one that has none yet has an empty sheet."""
    found: dict[str, Sheet] = {}
    for participant in participants:
        remembered = streams.remembered(snapshot, participant_stream(participant))
        if remembered is None:
            return _sheets_read(snapshot, participants, names)
        assert isinstance(remembered.state, Participant)
        facts = remembered.state.facts
        found[participant] = {name: facts[name] for name in names if name in facts}
    return found


def _sheets_read(snapshot: Snapshot, participants: Sequence[str], names: Sequence[str]) -> dict[str, Sheet]:
    by_stream = {participant_stream(participant): participant for participant in participants}
    found: dict[str, Sheet] = {participant: {} for participant in participants}
    for row in snapshot.rows("facts", stream=tuple(by_stream), name=tuple(names)):
        found[by_stream[row["stream"]]][row["name"]] = Fact(json.loads(row["value"]), row["version"])
    return found
