"""A participant's stream as a whole: decide, evolve and the agenda over every part."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, assert_never, get_args

import msgspec
from msgspec.structs import replace

from domain.command import CASCADE, CLOCK, Command, PassTime
from domain.event import Event
from domain.gate import Facts
from domain.history import Corrected, Happening, fold
from domain.participant import (
    attendance,
    attending,
    catching_up,
    children,
    corrections,
    deadlines,
    doubts,
    evidence,
    hosting,
    interruptions,
    journey,
    left_behind,
    mentoring,
    reviews,
    steps,
    tasks,
    team,
)
from domain.participant.draft import FOR_THE_SYSTEM, Draft
from domain.participant.state import Participant
from domain.programme import Programme

Part = Callable[[Participant, Any, datetime], Participant]

_FOLDS: tuple[tuple[Any, Part], ...] = (
    (journey.JourneyEvent, journey.evolve_journey),
    (steps.StepEvent, steps.evolve_steps),
    (children.ChildEvent, children.evolve_children),
    (team.TeamEvent, team.evolve_team),
    (tasks.TaskEvent, tasks.evolve_tasks),
    (hosting.HostingEvent, hosting.evolve_hosting),
    (attending.AttendingEvent, attending.evolve_attending),
    (mentoring.MentoringEvent, mentoring.evolve_mentoring),
    (evidence.EvidenceEvent, evidence.evolve_evidence),
    (interruptions.InterruptionEvent, interruptions.evolve_interruptions),
)
_PART_OF: dict[type[Event], Part] = {kind: part for union, part in _FOLDS for kind in get_args(union)}

EVENTS: tuple[type[Event], ...] = (*_PART_OF, Corrected)

COMMANDS: tuple[type[Command], ...] = (
    journey.Enrol,
    journey.NoteChild,
    journey.NoteNomination,
    journey.Reconsider,
    journey.Withdraw,
    journey.CloseJourney,
    team.TakeSeat,
    team.FreeSeat,
    team.NameSubstitute,
    team.AssignDuty,
    tasks.CompleteTask,
    deadlines.ExtendDeadline,
    hosting.PlanSession,
    hosting.MoveSession,
    hosting.CancelSession,
    attendance.RecordAttendance,
    catching_up.AskToCatchUp,
    catching_up.ExpectChild,
    left_behind.NoteParentLeft,
    left_behind.ChangeParent,
    attending.BookSession,
    attending.UnbookSession,
    attending.CreditAttendance,
    mentoring.HoldCheckpoint,
    evidence.SubmitEvidence,
    reviews.ReviewEvidence,
    interruptions.Pause,
    interruptions.Resume,
    interruptions.UseCalendar,
    corrections.Correct,
    PassTime,
)

#: a clock that was stopped for years catches up in many rounds; more than this is a fault of a definition
_MOST_ROUNDS = 10_000


class Decision(msgspec.Struct, frozen=True):
    """The events to record, the state after them, and on whose behalf the actor acted."""

    events: tuple[Event, ...]
    state: Participant
    on_behalf_of: str | None = None


def decide(
    programme: Programme, state: Participant, facts: Facts, command: Command, history: tuple[Happening, ...] = ()
) -> Decision:
    """What is to be recorded; nothing when it is so already. Raises Refused. Only corrections need `history`."""
    if command.of_the_system and command.actor not in (CLOCK, CASCADE):
        raise FOR_THE_SYSTEM(kind=command.kind)
    draft = Draft(programme, state, facts, command, evolve)
    if isinstance(command, corrections.Correct):
        _correct(draft, command, history)
    else:
        _handle(draft, command)
    journey.advance(draft)
    return Decision(tuple(draft.events), draft.state, draft.on_behalf_of)


def _handle(draft: Draft, command: Command) -> None:
    match command:
        case journey.Enrol():
            journey.enrol(draft, command)
        case _ if not draft.state.version and command.of_the_system:
            return
        case PassTime():
            _pass_time(draft)
        case journey.Withdraw():
            journey.withdraw(draft, command)
        case journey.NoteChild() | journey.NoteNomination() | journey.Reconsider() | journey.CloseJourney():
            _handle_notes(draft, command)
        case team.TakeSeat() | team.FreeSeat() | team.NameSubstitute() | team.AssignDuty():
            _handle_team(draft, command)
        case interruptions.Pause() | interruptions.Resume() | interruptions.UseCalendar():
            _handle_interruptions(draft, command)
        case _:
            _handle_work(draft, command)


def _handle_notes(
    draft: Draft, command: journey.NoteChild | journey.NoteNomination | journey.Reconsider | journey.CloseJourney
) -> None:
    match command:
        case journey.NoteChild():
            if not draft.state.ended:
                children.note_child(draft, command.child, command.tier, command.what, command.begun)
        case journey.NoteNomination():
            if not draft.state.ended:
                children.note_nomination(draft, command.tier, command.nominated)
        case journey.Reconsider():
            pass
        case journey.CloseJourney():
            journey.close_journey(draft)
        case _:
            assert_never(command)


def _handle_team(draft: Draft, command: team.TakeSeat | team.FreeSeat | team.NameSubstitute | team.AssignDuty) -> None:
    match command:
        case team.TakeSeat():
            team.take_seat(draft, command)
        case team.FreeSeat():
            team.free_seat(draft, command)
        case team.NameSubstitute():
            team.name_substitute(draft, command)
        case team.AssignDuty():
            team.assign_duty(draft, command)
        case _:
            assert_never(command)


def _handle_interruptions(
    draft: Draft, command: interruptions.Pause | interruptions.Resume | interruptions.UseCalendar
) -> None:
    match command:
        case interruptions.Pause():
            interruptions.pause(draft)
        case interruptions.Resume():
            interruptions.resume(draft)
        case interruptions.UseCalendar():
            interruptions.use_calendar(draft, command)
        case _:
            assert_never(command)


def _handle_work(draft: Draft, command: Command) -> None:
    match command:
        case tasks.CompleteTask():
            tasks.complete_task(draft, command)
            if draft.events:
                reviews.reopen(draft, command.task, command.answer)
        case deadlines.ExtendDeadline():
            deadlines.extend_deadline(draft, command)
        case hosting.PlanSession():
            hosting.plan_session(draft, command)
        case hosting.MoveSession():
            hosting.move_session(draft, command)
        case hosting.CancelSession():
            hosting.cancel_session(draft, command)
        case attendance.RecordAttendance():
            attendance.record_attendance(draft, command)
        case left_behind.NoteParentLeft():
            left_behind.note_parent_left(draft, command)
        case left_behind.ChangeParent():
            left_behind.change_parent(draft, command)
        case catching_up.ExpectChild():
            children.expect_child(draft, command)
        case catching_up.AskToCatchUp():
            catching_up.hold_again(draft, command)
        case attending.BookSession():
            attending.book_session(draft, command)
        case attending.UnbookSession():
            attending.unbook_session(draft, command)
        case attending.CreditAttendance():
            attending.credit_attendance(draft, command)
        case mentoring.HoldCheckpoint():
            mentoring.hold_checkpoint(draft, command)
        case evidence.SubmitEvidence():
            evidence.submit_evidence(draft, command)
        case reviews.ReviewEvidence():
            reviews.review_evidence(draft, command)
        case _:
            raise TypeError(f"{command.kind} is no command to a participant")


def _correct(draft: Draft, command: corrections.Correct, history: tuple[Happening, ...]) -> None:
    event = corrections.correct(draft, command, history)
    if event is None:
        return
    draft.record(event)
    now = Happening(0, draft.state.version, event, draft.happened_at, draft.at, command.actor)
    draft.state = fold(Participant(), (*history, now), evolve)
    if not draft.state.ended:
        reviews.settle(draft)
        mentoring.settle(draft)
    doubts.doubt_gates(draft, history, now)


def _pass_time(draft: Draft) -> None:
    """Everything that has fallen due, in the order in which it did; what it brings about may be due as well."""
    for _ in range(_MOST_ROUNDS):
        first = min(agenda(draft.programme, draft.state), key=lambda each: each[0], default=None)
        if first is None or first[0] > draft.at:
            return
        if isinstance(first[1], mentoring.CheckpointMissed):
            mentoring.miss_checkpoint(draft, first[1])
        else:
            draft.record(first[1])


def evolve(state: Participant, event: Event, at: datetime, version: int) -> Participant:
    """Total over every event of the stream; raises KeyError only for what refers to something that never was."""
    if not state.id and type(event) is not journey.Enrolled:
        raise KeyError("enrolment")
    state = replace(state, version=version)
    part = _PART_OF.get(type(event))
    return state if part is None else part(state, event, at)


def agenda(programme: Programme, state: Participant) -> Iterator[tuple[datetime, Event]]:
    """What falls due when, if nobody acts: the instant, and the event it leads to.

    After the end only the manager can still be asked something: to decide on a gate that a correction put in doubt.
    """
    if not state.version or state.paused_at is not None:
        return
    for task in state.tasks.values():
        yield from tasks.task_agenda(task)
        yield from mentoring.checkpoint_agenda(task)
    if state.ended:
        return
    for name, seat in state.seats.items():
        if seat.substitute is not None and seat.substitute_until is not None:
            yield seat.substitute_until, team.SubstituteEnded(name, seat.substitute)
    yield from journey.gate_agenda(programme, state)


def next_due(programme: Programme, state: Participant) -> datetime | None:
    """When the clock has to act next; every act removes itself from the agenda."""
    return min((at for at, _ in agenda(programme, state)), default=None)
