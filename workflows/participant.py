"""The journey of one participant, from its seats to its end."""

from collections.abc import Callable
from typing import Annotated

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from pydantic import Field, RootModel

    from activities.answer import Answer, Answers
    from activities.keeping import KeeperStart
    from domain.command import PassTime
    from domain.participant.attendance import RecordAttendance
    from domain.participant.attending import BookSession, CreditAttendance, UnbookSession
    from domain.participant.catching_up import AskToCatchUp, ExpectChild
    from domain.participant.corrections import Correct
    from domain.participant.deadlines import ExtendDeadline
    from domain.participant.evidence import SubmitEvidence
    from domain.participant.hosting import CancelSession, MoveSession, PlanSession
    from domain.participant.interruptions import Pause, Resume, UseCalendar
    from domain.participant.journey import CloseJourney, Enrol, NoteChild, NoteNomination, Reconsider, Withdraw
    from domain.participant.left_behind import ChangeParent, NoteParentLeft
    from domain.participant.mentoring import HoldCheckpoint
    from domain.participant.reviews import ReviewEvidence
    from domain.participant.tasks import CompleteTask
    from domain.participant.team import AssignDuty, FreeSeat, NameSubstitute, TakeSeat
    from domain.standing import Standing

from workflows.keeper import Keeper


class FromOthers(
    RootModel[
        list[
            Annotated[
                Enrol
                | NoteChild
                | NoteNomination
                | AssignDuty
                | Reconsider
                | CloseJourney
                | BookSession
                | UnbookSession
                | CreditAttendance
                | AskToCatchUp
                | ExpectChild
                | NoteParentLeft
                | ChangeParent
                | Pause
                | Resume
                | UseCalendar
                | PassTime,
                Field(discriminator="kind"),
            ]
        ]
    ]
):
    """What the clock and other streams ask; they assign duties too, those that go with a parent's seat.

    A model of its own: of a plain list the SDK forgets by what its kinds are told apart, and each would be tried.
    """


def _team_is_complete(standing: Standing) -> bool:
    return standing.team_complete


def _is_trained(standing: Standing) -> bool:
    return "training" not in standing.steps_ahead


def _is_mentored(standing: Standing) -> bool:
    return "mentoring" not in standing.steps_ahead


def _evidence_is_accepted(standing: Standing) -> bool:
    return not {"evidence", "cycle"} & standing.steps_ahead or standing.certified


def _is_certified(standing: Standing) -> bool:
    return standing.certified


def _next_tier_is_open(standing: Standing) -> bool:
    return standing.next_tier_open


def _has_ended(standing: Standing) -> bool:
    return standing.ended


@workflow.defn
class ParticipantWorkflow:
    """Keeps a participant's stream: waits with it for people, and acts for the clock when nobody does."""

    @workflow.init
    def __init__(self, start: KeeperStart) -> None:
        self._keeper = Keeper(start)

    @workflow.run
    async def run(self, start: KeeperStart) -> None:
        await self._reach("filling its seats", _team_is_complete)
        await self._reach("in training", _is_trained)
        await self._reach("being mentored", _is_mentored)
        await self._reach("gathering evidence", _evidence_is_accepted)
        await self._reach("before certification", _is_certified)
        await self._reach("opening the next tier", _next_tier_is_open)
        await self._reach("preparing those below", _has_ended)
        await self._keeper.finish()

    async def _reach(self, words: str, question: Callable[[Standing], bool]) -> None:
        workflow.set_current_details(words)
        await self._keeper.until(question)

    # --- what people do

    @workflow.update
    async def take_seat(self, command: TakeSeat) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def free_seat(self, command: FreeSeat) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def name_substitute(self, command: NameSubstitute) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def assign_duty(self, command: AssignDuty) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def complete_task(self, command: CompleteTask) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def extend_deadline(self, command: ExtendDeadline) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def plan_session(self, command: PlanSession) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def move_session(self, command: MoveSession) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def cancel_session(self, command: CancelSession) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def record_attendance(self, command: RecordAttendance) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def hold_checkpoint(self, command: HoldCheckpoint) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def submit_evidence(self, command: SubmitEvidence) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def review_evidence(self, command: ReviewEvidence) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def correct(self, command: Correct) -> Answer:
        return await self._keeper.act(command)

    @workflow.update
    async def withdraw(self, command: Withdraw) -> Answer:
        return await self._keeper.act(command)

    # --- what the clock, other streams and the reconciler ask

    @workflow.update
    async def follow(self, commands: FromOthers) -> Answers:
        return await self._keeper.follow(commands.root)

    @workflow.update
    async def agree(self) -> bool:
        return await self._keeper.look_again()
