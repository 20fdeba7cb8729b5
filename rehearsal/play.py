"""A rehearsal from its first day to its last: the clock's work, settle, the people in seed order, settle."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from activities.organisation import adoption
from domain.command import Command
from domain.identity import rollout_stream
from domain.organisation.stream import GrantRight, RegisterPerson
from domain.refusal import Refused
from domain.rollout.commands import (
    ENROLLED_AT_ONCE,
    MOST_PLACES,
    CloseRollout,
    EnrolSchools,
    Place,
    StartRollout,
)
from rehearsal.calendar import Calendar, RehearsalStuck
from rehearsal.cast import MANAGER, OPERATOR
from rehearsal.deed import Deed, Turn
from rehearsal.people import People
from rehearsal.plan import Plan
from rehearsal.scene import Scene, Seen
from rehearsal.stage import Stage

#: told after every date: what has come since the last
Watch = Callable[["Play", list[Seen]], None]

#: a rehearsal that runs so long past its cohort's end does not come to one
_LATEST = timedelta(days=400)
#: of those who have not come to their end, so many are named
_SHOWN = 5


class Play:
    """One rehearsal under way."""

    def __init__(self, plan: Plan, stage: Stage, watch: Watch = lambda play, seen: None) -> None:
        self.plan = plan
        self.stage = stage
        self.calendar = Calendar(stage.office, stage.asker, plan.begins, plan.rollout)
        self.scene = Scene(stage.office.log, plan.rollout, plan.programme)
        self.people = People(plan, self.scene)
        self.refusals: list[tuple[Turn, str]] = []
        self._known: set[str] = set()
        self._registering = asyncio.Lock()
        self._watch = watch

    async def run(self) -> None:
        """To the end of every participant, or until nobody has anything to do any more.

        Raises Refused for what would be refused live, RehearsalStuck.
        """
        await self.open()
        while (date := await self.next_date()) is not None:
            self._require_an_end(date)
            self.calendar.jump(date)
            await self.calendar.pass_time()
            await self.look()
            await self.people_act()
        await self._close()

    async def next_date(self) -> datetime | None:
        """The next on which something is due or somebody acts; none when everybody has come to the end."""
        if self.scene.participants and all(each.ended for each in self.scene.participants.values()):
            return None
        dates = (await self.calendar.next_due(), self.people.next_turn())
        first = min((each for each in dates if each is not None), default=None)
        return None if first is None else max(first, self.calendar.now)

    # --- the first day

    async def open(self) -> None:
        """The people of the offices, the definition, and the start of the rollout."""
        await self._register(OPERATOR, OPERATOR)
        await self._grant(OPERATOR, OPERATOR, "operator")
        await self._grant(OPERATOR, OPERATOR, MANAGER)
        for office, person in self.people.offices.items():
            await self._register(OPERATOR, person)
            await self._grant(OPERATOR, person, office)
        await self._adopt()
        await self._ask(rollout_stream(self.plan.rollout), self._start())
        for number, first in enumerate(range(MOST_PLACES, len(self.plan.places), ENROLLED_AT_ONCE)):
            places = self.plan.places[first : first + ENROLLED_AT_ONCE]
            await self._ask(rollout_stream(self.plan.rollout), self._enrolment(number, places))
        await self.calendar.settle()
        await self.look()

    async def _adopt(self) -> None:
        command = adoption("adopt", OPERATOR, self.plan.definition)
        await self.stage.ask_organisation(
            command.model_copy(update={"at": self.calendar.now, "entered_by": "rehearsal"})
        )

    def _start(self) -> StartRollout:
        programme = self.plan.programme
        return StartRollout(
            id=f"start:{self.plan.rollout}",
            actor=self.people.manager,
            entered_by="rehearsal",
            at=self.calendar.now,
            rollout=self.plan.rollout,
            programme=programme.programme,
            programme_version=programme.version,
            definition=self.plan.definition.digest,
            cohort=self.plan.cohort,
            rehearsal=True,
            places=self.plan.places[:MOST_PLACES],
        )

    def _enrolment(self, number: int, places: tuple[Place, ...]) -> EnrolSchools:
        return EnrolSchools(
            id=f"enrol:{self.plan.rollout}:{number}",
            actor=self.people.manager,
            entered_by="rehearsal",
            at=self.calendar.now,
            places=places,
        )

    async def _register(self, actor: str, person: str) -> None:
        """Once for each; whom somebody else is just registering is known when this returns."""
        async with self._registering:
            if person in self._known:
                return
            name = f"register:{person}"
            await self.stage.ask_organisation(
                RegisterPerson(id=name, actor=actor, entered_by="rehearsal", at=self.calendar.now, person=person)
            )
            self._known.add(person)

    async def _grant(self, actor: str, person: str, right: str) -> None:
        given = {"person": person, "right": right, "scope": "*"}
        name = f"grant:{person}:{right}"
        await self.stage.ask_organisation(
            GrantRight.model_validate(
                {"id": name, "actor": actor, "entered_by": "rehearsal", "at": self.calendar.now, **given}
            )
        )

    # --- every day

    async def look(self) -> None:
        seen = await asyncio.to_thread(self.scene.look)
        self.people.notice(each.record.stream for each in seen)
        self._watch(self, seen)

    async def people_act(self) -> None:
        """Those whose turn it is; at one stream one after the other, at different streams at once."""
        turns = self.people.due(self.calendar.now)
        if not turns:
            return
        lines: dict[str, list[tuple[Turn, Deed]]] = {}
        for turn in turns:
            deed = self.people.deed(turn, self.calendar.now)
            target = deed.commands[0][0] if deed.commands else turn.stream
            lines.setdefault(target, []).append((turn, deed))
        await self.calendar.gather(self._line(line) for line in lines.values())
        await self.calendar.settle()
        await self.look()

    async def _line(self, line: Iterable[tuple[Turn, Deed]]) -> None:
        for turn, deed in line:
            try:
                await self._do(deed)
                self.people.done(turn)
            except Refused as refused:
                self.refusals.append((turn, refused.sentence))
                self.people.refused(turn, self.calendar.now)

    async def _do(self, deed: Deed) -> None:
        for person in deed.newcomers:
            await self._register(self.people.manager, person)
        await self.stage.keep(deed.files, deed.texts)
        for stream, command in deed.commands:
            await self._ask(stream, command)

    async def _ask(self, stream: str, command: Command) -> None:
        await self.stage.asker.ask(stream, command)

    # --- the last day

    async def _close(self) -> None:
        if self.left_over:
            return
        name = f"close:{self.plan.rollout}"
        command = CloseRollout(id=name, actor=self.people.manager, entered_by="rehearsal", at=self.calendar.now)
        await self._ask(rollout_stream(self.plan.rollout), command)
        await self.calendar.settle()
        await self.look()

    def _require_an_end(self, date: datetime) -> None:
        if date.date() > self.plan.intake.ends + _LATEST:
            raise RehearsalStuck(
                f"The rollout does not come to an end by {date:%Y-%m-%d}; it waits for {self._waiting()}"
            )

    @property
    def left_over(self) -> tuple[str, ...]:
        """The schools that have not come to their end, those first that wait for none of the others."""
        waiting = [each for each in self.scene.participants.values() if not each.ended]
        parents = {each.parent for each in waiting}
        return tuple(each.school for each in sorted(waiting, key=lambda each: (each.id in parents, each.school)))

    @property
    def refused_last(self) -> str | None:
        """What simulated people asked for in vain, where they have: why somebody gave up may be in it."""
        return self.refusals[-1][1] if self.refusals else None

    def _waiting(self) -> str:
        """Who has not come to their end, what is asked there, what was refused of it, and how to see more."""
        waiting = sorted(
            f"{each.school} ({', '.join(each.tasks) or 'nothing is asked'})"
            for each in self.scene.participants.values()
            if not each.ended
        )
        others = f" and {len(waiting) - _SHOWN} others" if len(waiting) > _SHOWN else ""
        refused = f" What was refused last: {self.refused_last}" if self.refused_last else ""
        more = "'kaskad audit replay SCHOOL --log LOG' shows where one stands."
        return f"{'; '.join(waiting[:_SHOWN])}{others}.{refused} {more}"
