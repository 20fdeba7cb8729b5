"""Notices: what the log's outbox holds for people, delivered to the mailbox once it is due, each in one message."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
from temporalio import activity

from activities import wording
from activities.adopted import adopted_by, calendar_of
from activities.letter import Addressee
from activities.mailbox import Mailbox
from activities.whereabouts import Whereabouts
from activities.wording import Scene, rollout_of
from domain.calendar import SchoolCalendar, out_of_quiet_hours
from domain.identity import is_person_id, participant_id, participant_stream, rollout_stream
from eventlog.log import EventLog
from eventlog.outbox import Notice
from people.errors import PersonProblem
from people.registry import Registry, open_registry

#: more than so many at once to one person are put into one message
MOST_APART: Final = 3
#: A burst (a rollout that starts with a thousand schools) is let pass, so that it becomes one message to a person;
#: but nobody waits longer than a minute.
CALM: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(seconds=60)

#: what there is no use in being told once the task is done
_OF_OPEN_TASKS: Final = frozenset({"TaskAsked", "TaskReminded", "TaskOverdue", "DeadlineMoved"})
_MOST: Final = 2000

_logger = logging.getLogger("kaskad.notices")


class Stores(Protocol):
    """What of the settings is needed here."""

    @property
    def registry(self) -> str: ...
    @property
    def keys(self) -> str: ...
    @property
    def mailbox(self) -> Path: ...


class Postman:
    """Delivers the notices of one log. A rehearsal's are never sent: nobody real is asked anything by it."""

    def __init__(
        self, log: EventLog, stores: Stores, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._log = log
        self._stores = stores
        self._clock = clock
        self._mailbox = Mailbox(stores.mailbox)

    @activity.defn(name="notify")
    async def notify(self) -> int:
        """Deliver what is due; how many notices that were."""
        return await asyncio.to_thread(self.deliver)

    def deliver(self) -> int:
        now = self._clock()
        if self._log.rehearsal or not self._may_begin(now):
            return 0
        where = Whereabouts(self._log)
        claimed = [where.told_in(each) for each in self._log.outbox.claim(now, _MOST)]
        return self._deliver(claimed, now) if claimed else 0

    def _may_begin(self, now: datetime) -> bool:
        outbox = self._log.outbox
        due = outbox.waiting(now)
        return due > 0 and (due == outbox.waiting(now - CALM) or outbox.waiting(now - LONGEST_WAIT) > 0)

    def _deliver(self, claimed: Sequence[Notice], now: datetime) -> int:
        scenes = self._scenes(claimed)
        quiet = {rollout for rollout, scene in scenes.items() if self._is_quiet(scene, now)}
        speakable = [each for each in claimed if rollout_of(each) not in quiet]
        failed: set[str] = set()
        with open_registry(self._stores.registry, self._stores.keys) as registry:
            for person, notices in self._by_person(speakable, scenes, now).items():
                try:
                    self._tell(self._addressee(registry, person), notices, scenes)
                except Exception as error:
                    # a full disk, or one notice that can't be worded, must not hold up everybody's
                    failed.update(each.id for each in notices)
                    _logger.warning("messages wait", extra={"person": person, "reason": repr(error)})
        handled = [each.id for each in speakable if each.id not in failed]
        if handled:
            self._log.outbox.mark_sent(handled, now)
        return len(handled)

    # --- what is spoken of

    def _scenes(self, notices: Iterable[Notice]) -> dict[str, Scene]:
        found = {rollout: self._scene(rollout) for rollout in {rollout_of(each) for each in notices}}
        return {rollout: scene for rollout, scene in found.items() if scene is not None}

    def _scene(self, rollout: str) -> Scene | None:
        adopted = adopted_by(self._log, rollout)
        if adopted is None:
            return None
        rows = self._log.rows("roster", stream=rollout_stream(rollout))
        return Scene(
            rollout,
            adopted,
            {row["school"]: msgspec.json.decode(row["names"] or "{}") for row in rows},
            {row["school"]: row["tier"] for row in rows},
        )

    def _is_quiet(self, scene: Scene, now: datetime) -> bool:
        """A notice that was late for its own hour is not made good at night."""
        calendar = SchoolCalendar.model_validate(calendar_of(self._log, scene.rollout, scene.adopted))
        return out_of_quiet_hours(now, calendar, scene.adopted.time_zone) > now

    # --- who is told

    def _by_person(
        self, notices: Iterable[Notice], scenes: Mapping[str, Scene], now: datetime
    ) -> dict[str, list[Notice]]:
        """What each person is told, in the order in which it became due; nothing to those who were erased."""
        found: dict[str, list[Notice]] = {}
        spoken_of = [each for each in notices if rollout_of(each) in scenes]
        still_open, rights = self._open_tasks(spoken_of), self._log.rows("rights")
        for notice in spoken_of:
            if _still_matters(notice, still_open, now):
                for person in _recipients(notice, rights):
                    found.setdefault(person, []).append(notice)
        erased = {row["person"] for row in self._log.rows("persons", status="erased")}
        return {person: told for person, told in found.items() if is_person_id(person) and person not in erased}

    def _open_tasks(self, notices: Iterable[Notice]) -> set[tuple[str, str]]:
        """Stream and task, of all that is open with those who are spoken of: asked for once, there are thousands."""
        asked = [msgspec.json.decode(each.params) for each in notices if each.template in _OF_OPEN_TASKS]
        streams = {_stream_of(params) for params in asked}
        return {(row["stream"], row["task"]) for row in self._log.rows("tasks", stream=tuple(sorted(streams)))}

    def _is_erased(self, person: str) -> bool:
        return bool(self._log.rows("persons", person=person, status="erased"))

    def _addressee(self, registry: Registry, person: str) -> Addressee:
        try:
            known = registry.show(person)
        except PersonProblem:
            return Addressee(person)
        return Addressee(person, known.names, known.email, known.language)

    # --- telling

    def _tell(self, to: Addressee, notices: Sequence[Notice], scenes: Mapping[str, Scene]) -> None:
        """Killed half way and tried again, the same letters take the same places, so nobody reads anything twice."""
        apart = [wording.letter_of(each, scenes[rollout_of(each)], to) for each in notices]
        if len(notices) > MOST_APART:
            for letter in apart[1:]:
                self._mailbox.remove(to.person, letter)
            apart = [wording.digest_of(notices, scenes, to)]
        for letter in apart:
            self._mailbox.put(to, letter)
        for letter in apart:
            if any(self._is_erased(each) for each in letter.quotes):
                self._mailbox.remove(to.person, letter)
        if self._is_erased(to.person):
            # erased meanwhile, perhaps after the mailbox was emptied
            self._mailbox.discard(to.person)


def _stream_of(params: Mapping[str, Any]) -> str:
    return participant_stream(participant_id(params["rollout"], params["school"]))


def _still_matters(notice: Notice, still_open: Collection[tuple[str, str]], now: datetime) -> bool:
    params = msgspec.json.decode(notice.params)
    if notice.template not in _OF_OPEN_TASKS:
        # an invitation that came after the quiet hours, or after a standstill, to what is over
        return "ends" not in params or datetime.fromisoformat(params["ends"]) > now
    return (_stream_of(params), params["task"]) in still_open


def _recipients(notice: Notice, rights: Iterable[Mapping[str, Any]]) -> list[str]:
    if notice.to_person is not None:
        return [notice.to_person]
    scope = ("*", rollout_of(notice))
    # an office that nobody holds must not swallow an escalation
    for right in (notice.to_role, "programme-manager", "operator"):
        persons = {str(row["person"]) for row in rights if row["right"] == right and row["scope"] in scope}
        if persons:
            return sorted(persons)
    return []
