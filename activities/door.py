"""The one door to the log: load, fold, decide, append; and again when somebody else was faster."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any, NamedTuple

import msgspec

from activities import observing
from activities.answer import Answer, Refusal
from activities.facts import facts_for
from activities.folding import Folded
from activities.proposal import Proposal, request_of
from activities.remembered import NotRemembered, Remembered
from activities.streams import NO_ROLLOUT, Streams
from domain.command import CASCADE, Command
from domain.identity import stream_kind, stream_subject
from domain.organisation import stream as organisation
from domain.participant import stream as participant
from domain.participant.corrections import Correct
from domain.participant.journey import Enrol
from domain.programme import Programme
from domain.refusal import Reason, Refused
from domain.rollout import stream as rollout
from domain.rollout.commands import StartRollout
from domain.standing import Standing, standing_of
from eventlog.errors import CommandConflict, EventLogError, LogUnavailable, VersionConflict
from eventlog.log import EventLog
from eventlog.reading import Snapshot
from eventlog.record import Glance, NewFollowup, Receipt

#: after so many seconds without the log, the door gives up and says so
PATIENCE = 10.0
_PAUSE = 0.25

OTHER_COMMAND = Reason(
    "other_command",
    "The command id {id} was used for something else already; a command that differs needs an id of its own.",
)


class _Expected(NamedTuple):
    """Commands for which the log was looked at, and what was seen."""

    ids: frozenset[str]
    glance: Glance


#: takes what follows from each append, in the order in which the door learns of them
Onward = Callable[[Sequence[NewFollowup], Receipt], None]


class Door:
    """Takes commands for every stream of one log. Safe for threads."""

    def __init__(self, log: EventLog, *, most_streams: int = 600, onward: Onward | None = None) -> None:
        self.log = log
        self._onward = onward
        self._streams = Streams(most_streams)
        self._lock = threading.Lock()
        self._expected: _Expected | None = None

    def expect(self, command_ids: Sequence[str]) -> None:
        """Look at the log once for commands that come now, as the next that the event loop does.

        Where it can't be looked at, each of them meets that by itself.
        """
        if not self.log.database.is_sqlite or not self._lock.acquire(blocking=False):
            return
        try:
            with suppress(EventLogError):
                self._expected = _Expected(frozenset(command_ids), self._look_since(command_ids))
        finally:
            self._lock.release()
        asyncio.get_running_loop().call_soon(self._expect_nobody)

    def _expect_nobody(self) -> None:
        self._expected = None

    async def ask(self, stream: str, command: Command) -> Answer:
        """What the command recorded, now or the first time; a refusal or an absent log is an answer too."""
        (answer,) = await self.ask_all(stream, (command,))
        return answer

    async def ask_all(self, stream: str, commands: Sequence[Command]) -> list[Answer]:
        """The same for several, one after the other, recorded together where they can; until the log is away."""
        began = time.perf_counter()
        with observing.span("kaskad.command", kind=commands[0].kind, stream=stream):
            answers = await self._patiently(stream, commands)
            refused = answers[-1].refusal
            observing.tell(outcome=_outcome(answers[-1]), **({} if refused is None else {"refusal": refused.code}))
        for command, answer in zip(commands, answers, strict=False):
            observing.count("kaskad.commands", kind=command.kind, outcome=_outcome(answer))
            observing.measure("kaskad.command.duration", time.perf_counter() - began, kind=command.kind)
        return answers

    def look(self, stream: str) -> Standing:
        """Where a stream stands in the log. Raises LogUnavailable."""
        with self._lock, self.log.snapshot() as snapshot:
            found = self._streams.load(snapshot, stream)
            programme = self._programme(snapshot, stream, found.state, None)
            return standing_of(programme, found.state, found.due_at)

    async def _patiently(self, stream: str, commands: Sequence[Command]) -> list[Answer]:
        give_up = time.monotonic() + PATIENCE
        answers: list[Answer] = []
        while len(answers) < len(commands):
            waiting = commands[len(answers) :]
            try:
                answers += await self._once(stream, waiting)
            except VersionConflict:
                continue
            except CommandConflict:
                answers.append(_refusal(stream, OTHER_COMMAND(id=waiting[0].id)))
            except Refused as refused:
                answers.append(_refusal(stream, refused))
            except LogUnavailable as away:
                if time.monotonic() + _PAUSE > give_up:
                    return [*answers, Answer(stream=stream, standing=Standing(), unavailable=away.reason)]
                await asyncio.sleep(_PAUSE)
        return answers

    async def _once(self, stream: str, commands: Sequence[Command]) -> list[Answer]:
        """The answers to the first of them, at least to one. Raises what the very first met with."""
        decided = await self._decided(stream, commands)
        if isinstance(decided, Answer):
            return [decided]
        began = time.perf_counter()
        outcomes = await self.log.append_all_async([proposal.request for proposal in decided])
        observing.measure("kaskad.append.duration", time.perf_counter() - began)
        answers: list[Answer] = []
        for proposal, outcome in zip(decided, outcomes, strict=True):
            if isinstance(outcome, Exception):
                if not answers:
                    raise outcome
                break
            answers.append(self._recorded(stream, proposal, outcome))
        return answers

    def _recorded(self, stream: str, decided: Proposal, receipt: Receipt) -> Answer:
        if not receipt.repeated:
            with self._lock:
                self._streams.keep(stream, decided.after)
            if self._onward is not None:
                self._onward(decided.request.followups, receipt)
        return Answer(
            stream=stream,
            standing=decided.standing,
            first=receipt.first,
            last=receipt.last,
            kinds=tuple(event.kind for event in decided.request.events),
            repeated=receipt.repeated,
        )

    async def _decided(self, stream: str, commands: Sequence[Command]) -> "list[Proposal] | Answer":
        """Here, where it is a matter of a millisecond: to another thread and back would take longer than that."""
        if self._is_quick(stream, commands[0]) and self._lock.acquire(blocking=False):
            try:
                return self._decide(stream, commands)
            finally:
                self._lock.release()
        return await asyncio.to_thread(self._decide_in_turn, stream, commands)

    def _is_quick(self, stream: str, command: Command) -> bool:
        """Whether there is neither a network on the way to the log nor a long history to fold."""
        if not self.log.database.is_sqlite or stream_kind(stream) != "participant" or isinstance(command, Correct):
            return False
        return isinstance(command, Enrol) or self._streams.keeps(stream)

    def _decide_in_turn(self, stream: str, commands: Sequence[Command]) -> "list[Proposal] | Answer":
        with self._lock:
            return self._decide(stream, commands)

    def _decide(self, stream: str, commands: Sequence[Command]) -> "list[Proposal] | Answer":
        """The appends to make, or the answer to the first when there is nothing to append.

        Raises Refused and LogUnavailable. Mostly one question suffices, whether what is in memory is still so; what is
        not there is read as one snapshot.
        """
        first = commands[0]
        if self._streams.keeps(stream):
            glance = self._glance([each.id for each in commands])
            if first.id not in glance.recorded:
                new = tuple(takewhile(lambda each: each.id not in glance.recorded, commands))
                with suppress(NotRemembered):
                    return self._propose_all(Remembered(glance.position), stream, new)
        with self.log.snapshot() as snapshot:
            recorded = snapshot.command(first.id)
            if recorded is not None:
                return self._again(snapshot, stream, first, recorded)
            return self._propose_all(snapshot, stream, (first,))

    def _glance(self, command_ids: Sequence[str]) -> Glance:
        """What has moved and which of the commands are recorded, by one look for all who were expected together."""
        seen = self._expected
        if seen and seen.glance.position == self._streams.position and seen.ids.issuperset(command_ids):
            return seen.glance
        return self._look_since(command_ids)

    def _look_since(self, command_ids: Sequence[str]) -> Glance:
        with self.log.newest() as newest:
            glance = newest.glance(self._streams.position, command_ids)
        self._streams.catch_up(glance)
        return glance

    def _propose_all(self, snapshot: Snapshot, stream: str, commands: Sequence[Command]) -> "list[Proposal] | Answer":
        """Each on top of those before it, up to one of which there is something else to say."""
        first = self._propose(snapshot, stream, commands[0], self._streams.load(snapshot, stream))
        if isinstance(first, Answer):
            return first
        proposals = [first]
        for command in commands[1:]:
            try:
                following = self._propose(snapshot, stream, command, proposals[-1].after)
            except (Refused, NotRemembered):
                break
            if isinstance(following, Answer):
                break
            proposals.append(following)
        return proposals

    def _propose(self, snapshot: Snapshot, stream: str, command: Command, before: Folded) -> "Proposal | Answer":
        programme = self._programme(snapshot, stream, before.state, command)
        facts = facts_for(snapshot, self._streams, programme, stream, before.state, command)
        self._must_know_whom(snapshot, command)
        decision = self._decision(snapshot, stream, programme, before.state, facts, command)
        if not decision.events:
            return Answer(stream=stream, standing=standing_of(programme, before.state, before.due_at))
        return request_of(stream, command, programme, before, decision)

    def _must_know_whom(self, snapshot: Snapshot, command: Command) -> None:
        """Whom a person names is known to the organisation. What follows by itself repeats who was checked before."""
        if command.of_the_system or command.actor == CASCADE:
            return
        if named := tuple(command.persons_named()):
            known = self._streams.organisation(snapshot)
            for person in named:
                organisation.must_know(known, person)

    def _again(self, snapshot: Snapshot, stream: str, command: Command, recorded: Any) -> Answer:
        if (recorded.digest, recorded.stream) != (command.fingerprint(), stream):
            raise OTHER_COMMAND(id=command.id)
        found = self._streams.load(snapshot, stream)
        programme = self._programme(snapshot, stream, found.state, command)
        records = snapshot.read(after=recorded.first - 1, limit=recorded.last - recorded.first + 1)
        return Answer(
            stream=stream,
            standing=standing_of(programme, found.state, found.due_at),
            first=recorded.first,
            last=recorded.last,
            kinds=tuple(record.kind for record in records),
            repeated=True,
        )

    def _programme(self, snapshot: Snapshot, stream: str, state: Any, command: Command | None) -> Programme | None:
        match stream_kind(stream):
            case "organisation":
                return None
            case "rollout" if isinstance(command, StartRollout) and not state.version:
                return self._streams.definition(snapshot, command.definition)
            case "participant" if not state.version and command is None:
                return None
            case "rollout" if not state.version:
                return None
            case _:
                return self._streams.programme_of(snapshot, stream)

    def _decision(
        self, snapshot: Snapshot, stream: str, programme: Programme | None, state: Any, facts: Any, command: Command
    ) -> Any:
        kind = stream_kind(stream)
        if kind == "organisation":
            events = organisation.decide(state, facts, command)
            return rollout.Decision(events, _folded(organisation.evolve, state, events, command))
        if programme is None:
            raise NO_ROLLOUT(rollout=stream_subject(stream))
        if kind == "rollout":
            return rollout.decide(programme, state, facts, command)
        history = tuple(self._streams.history(snapshot, stream)) if isinstance(command, Correct) else ()
        return participant.decide(programme, state, facts, command, history)


def _folded(evolve: Any, state: msgspec.Struct, events: tuple[Any, ...], command: Command) -> Any:
    folded: Any = state
    for event in events:
        folded = evolve(folded, event, command.happened_at or command.now, folded.version + 1)
    return folded


def _refusal(stream: str, refused: Refused) -> Answer:
    return Answer(stream=stream, standing=Standing(), refusal=Refusal.of(refused))


def _outcome(answer: Answer) -> str:
    if answer.refusal is not None:
        return "refused"
    if answer.unavailable is not None:
        return "unavailable"
    return "repeated" if answer.repeated else "recorded" if answer.first else "nothing"
