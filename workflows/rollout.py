"""One rollout: its roster, its nominations, its pauses, until it is closed."""

from typing import Annotated

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from pydantic import Field, RootModel

    from activities.answer import Answer, Answers
    from activities.keeping import KeeperStart
    from domain.command import PassTime
    from domain.rollout.commands import (
        ChangeCalendar,
        CloseRollout,
        EnrolSchools,
        HandOver,
        NominateSchools,
        NoteParticipant,
        OpenTier,
        PauseRollout,
        ResumeRollout,
        StartRollout,
    )
    from domain.standing import Standing

from workflows.keeper import Keeper


class FromOthers(RootModel[list[Annotated[OpenTier | NoteParticipant | PassTime, Field(discriminator="kind")]]]):
    """What the clock and participants tell their rollout; a model as for `participant.FromOthers`."""


def _is_closed(standing: Standing) -> bool:
    return standing.ended


@workflow.defn
class RolloutWorkflow:
    """Keeps a rollout's stream. Its participants have workflows of their own; the tree is in the log."""

    @workflow.init
    def __init__(self, start: KeeperStart) -> None:
        self._keeper = Keeper(start)

    @workflow.run
    async def run(self, start: KeeperStart) -> None:
        await self._keeper.until(_is_closed)
        await self._keeper.finish()

    # --- what programme managers and parents do

    @workflow.update
    async def start_rollout(self, command: StartRollout) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def enrol_schools(self, command: EnrolSchools) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def nominate_schools(self, command: NominateSchools) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def hand_over(self, command: HandOver) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def pause_rollout(self, command: PauseRollout) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def resume_rollout(self, command: ResumeRollout) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def close_rollout(self, command: CloseRollout) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def change_calendar(self, command: ChangeCalendar) -> Answer:
        return await self._keeper.act(command)

    # --- what participants tell, and the reconciler asks

    @workflow.update
    async def follow(self, commands: FromOthers) -> Answers:
        return await self._keeper.follow(commands.root)

    @workflow.update
    async def agree(self) -> bool:
        return await self._keeper.look_again()
