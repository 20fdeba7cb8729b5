"""What happened, in a sentence for each kind of event."""

from collections.abc import Callable
from typing import Any, assert_never, get_args

from activities.dates import span_in_words
from audit.moment import shown
from domain.event import Event, TextRef
from domain.history import Corrected
from domain.organisation import stream as organisation
from domain.participant import (
    attending,
    children,
    evidence,
    hosting,
    interruptions,
    journey,
    left_behind,
    mentoring,
    steps,
    tasks,
    team,
)
from domain.rollout import events as rollout


def sentence_of(event: Event, time_zone: str) -> str:
    """Without whose it is and who acted; instants in the time zone."""
    words = _WORDS.get(type(event))
    return event.kind() if words is None else words(event, time_zone)


def text_refs(event: Event) -> list[TextRef]:
    """The free texts that the event refers to."""
    found = [value for name in event.__struct_fields__ if isinstance(value := getattr(event, name), TextRef)]
    if isinstance(event, evidence.EvidenceSubmitted):
        found += [artefact.name for artefact in event.artefacts if artefact.name is not None]
    return found


def sentence_for(event: Event, participant: str, time_zone: str) -> str:
    """As `sentence_of`, for a question about one participant: of a whole session, what it says of that one."""
    if not isinstance(event, hosting.AttendanceRecorded):
        return sentence_of(event, time_zone)
    absent = event.absent.get(participant, ())
    return f"attendance of session {event.session}: " + (f"absent {', '.join(absent)}" if absent else "recorded")


def _corrected(event: Corrected, time_zone: str) -> str:
    said = ", ".join(f"{name} {_plain(value)}" for name, value in event.data.items() if name != "kind")
    return f"event {event.version} corrected: {said}, on {shown(event.happened_at, time_zone)}"


def _journey(event: journey.JourneyEvent, time_zone: str) -> str:
    match event:
        case journey.Enrolled():
            return f"enrolled as {event.tier}" + (f", prepared by {event.parent}" if event.parent else "")
        case journey.TeamCompleted():
            return "team complete"
        case journey.Certified():
            return f"certified as {event.tier}"
        case left_behind.ParentLeft():
            return f"left behind by {event.parent}, which has withdrawn"
        case left_behind.HandedOver():
            return f"handed over to {event.parent} from {event.instead_of}"
        case journey.Withdrawn():
            return "withdrawn"
        case journey.JourneyCompleted():
            return "journey completed"
        case journey.JourneyClosed():
            return "journey closed before its end"
        case _:
            assert_never(event)


def _steps(event: steps.StepEvent, time_zone: str) -> str:
    match event:
        case steps.StepStarted():
            return f"step {event.step} started"
        case steps.StepCompleted():
            return f"step {event.step} completed"
        case steps.GateOpened():
            read = ", ".join(f"{each.fact} {_plain(each.value)}" for each in event.readings)
            return f"gate {event.gate} opened" + (f" on {read}" if read else "")
        case steps.DateCame():
            return f"the date {shown(event.at, time_zone)[:10]} came, and gates were looked at"
        case _:
            assert_never(event)


def _children(event: children.ChildEvent, time_zone: str) -> str:
    match event:
        case children.ChildrenNominated():
            return f"{event.number} named for {event.tier}"
        case children.ChildEnrolled():
            return f"{event.child} enrolled below it"
        case children.ChildExpected():
            return f"{event.child} below it expected at the sessions of {event.step}"
        case children.ChildCertified():
            return f"{event.child} below it certified"
        case children.ChildEnded():
            return f"{event.child} below it {event.how}"
        case _:
            assert_never(event)


def _team(event: team.TeamEvent, time_zone: str) -> str:
    match event:
        case team.SeatTaken():
            return f"{event.person} takes the seat {event.seat}"
        case team.SeatFreed():
            return f"{event.person} leaves the seat {event.seat}"
        case team.SubstituteNamed():
            until = "" if event.until is None else f" until {shown(event.until, time_zone)}"
            return f"{event.person} stands in for the seat {event.seat}{until}"
        case team.SubstituteEnded():
            return f"{event.person} no longer stands in for the seat {event.seat}"
        case team.DutyAssigned():
            instead = f" instead of {event.instead_of}" if event.instead_of else ""
            return f"{event.person} is {event.duty}{instead}"
        case _:
            assert_never(event)


def _tasks(event: tasks.TaskEvent, time_zone: str) -> str:
    match event:
        case tasks.TaskAsked():
            return f"{event.task} asked of {event.role}, due {shown(event.due_at, time_zone)}"
        case tasks.TaskReminded():
            return f"{event.role} reminded of {event.task}"
        case tasks.TaskOverdue():
            return f"{event.task} of {event.role} is overdue"
        case tasks.TaskEscalated():
            return f"{event.task} of {event.role} escalated to {event.to}"
        case tasks.TaskCompleted():
            return f"{event.task} done" + (f": {event.answer}" if event.answer else "")
        case tasks.TaskWithdrawn():
            return f"{event.task} no longer asked"
        case tasks.DeadlineMoved():
            return f"{event.task} now due {shown(event.due_at, time_zone)} ({event.because})"
        case _:
            assert_never(event)


def _hosting(event: hosting.HostingEvent, time_zone: str) -> str:
    match event:
        case hosting.SessionPlanned():
            count = len(event.participants)
            starts = shown(event.starts_at, time_zone)
            return f"session {event.session} planned for {starts}, {event.hours} hours, {count} participants"
        case hosting.SessionWidened():
            return f"{event.participant} joins session {event.session}"
        case hosting.SessionMoved():
            return f"session {event.session} moved to {shown(event.starts_at, time_zone)}"
        case hosting.SessionCancelled():
            return f"session {event.session} cancelled"
        case hosting.AttendanceRecorded():
            absent = "; ".join(f"{who}: {', '.join(seats)}" for who, seats in event.absent.items() if seats)
            return f"attendance of session {event.session}: " + (f"absent {absent}" if absent else "everybody")
        case _:
            assert_never(event)


def _attending(event: attending.AttendingEvent, time_zone: str) -> str:
    match event:
        case attending.SessionBooked():
            return f"booked for session {event.session} of {event.host} on {shown(event.starts_at, time_zone)}"
        case attending.SessionUnbooked():
            return f"no longer booked for session {event.session}"
        case attending.AttendanceCredited():
            present = ", ".join(event.seats) or "nobody"
            return f"{event.hours} hours of session {event.session} credited to {present}"
        case _:
            assert_never(event)


def _mentoring(event: mentoring.MentoringEvent, time_zone: str) -> str:
    match event:
        case mentoring.CheckpointHeld():
            outcome = event.outcome.replace("_", " ")
            return f"checkpoint {event.number} of {event.step} held by {event.mentor}: {outcome}"
        case mentoring.CheckpointMissed():
            return f"checkpoint {event.number} of {event.step} missed"
        case _:
            assert_never(event)


def _evidence(event: evidence.EvidenceEvent, time_zone: str) -> str:
    match event:
        case evidence.EvidenceSubmitted():
            files = "1 file" if len(event.artefacts) == 1 else f"{len(event.artefacts)} files"
            return f"{event.step}/{event.item} submitted by {event.submitter}, attempt {event.attempt}, {files}"
        case evidence.EvidenceReviewed():
            points = f", {event.score} points" if event.points else ""
            return f"{event.step}/{event.item} {event.verdict} by {event.reviewer}, attempt {event.attempt}{points}"
        case _:
            assert_never(event)


def _interruptions(event: interruptions.InterruptionEvent, time_zone: str) -> str:
    match event:
        case interruptions.Paused():
            return "paused"
        case interruptions.Resumed():
            return f"resumed after {span_in_words(event.seconds)}; each due date that moves says so"
        case interruptions.CalendarAdopted():
            return "school calendar changed"
        case _:
            assert_never(event)


def _rollout(event: rollout.RolloutEvent, time_zone: str) -> str:
    match event:
        case rollout.RolloutStarted():
            kind = "rehearsal" if event.rehearsal else "rollout"
            return f"{kind} of {event.programme} {event.programme_version} started for cohort {event.cohort}"
        case rollout.SchoolEnrolled():
            instead = f" in the place of {event.replaces}" if event.replaces else ""
            return f"{event.school} put on the roster as {event.tier}{instead}"
        case rollout.SchoolNominated():
            return f"{event.parent} nominates {event.school} as {event.tier}"
        case rollout.TierOpened():
            return f"{event.parent} opens {event.tier}"
        case rollout.SchoolHandedOver():
            return f"{event.participant} handed over to {event.parent} from {event.instead_of}"
        case rollout.ParticipantNoted():
            return f"{event.participant} noted as {event.what}"
        case rollout.RolloutPaused():
            return "rollout paused"
        case rollout.RolloutResumed():
            return f"rollout resumed after {span_in_words(event.seconds)}; each due date that moves says so"
        case rollout.CalendarChanged():
            return "school calendar of the rollout changed"
        case rollout.RolloutClosed():
            return "rollout closed"
        case _:
            assert_never(event)


def _organisation(event: organisation.OrganisationEvent, time_zone: str) -> str:
    match event:
        case organisation.ProgrammeAdopted():
            return f"programme {event.programme} {event.programme_version} adopted, digest {event.digest[:12]}"
        case organisation.PersonRegistered():
            return f"{event.person} registered"
        case organisation.RightGranted():
            return f"{event.person} granted {event.right}{_where(event.scope)}"
        case organisation.RightRevoked():
            return f"{event.person} no longer has {event.right}{_where(event.scope)}"
        case organisation.PersonErased():
            return f"{event.person} erased"
        case _:
            assert_never(event)


def _where(scope: str) -> str:
    return "" if scope == "*" else f" in {scope}"


def _plain(value: object) -> str:
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


_UNIONS: tuple[tuple[Any, Callable[[Any, str], str]], ...] = (
    (journey.JourneyEvent, _journey),
    (steps.StepEvent, _steps),
    (children.ChildEvent, _children),
    (team.TeamEvent, _team),
    (tasks.TaskEvent, _tasks),
    (hosting.HostingEvent, _hosting),
    (attending.AttendingEvent, _attending),
    (mentoring.MentoringEvent, _mentoring),
    (evidence.EvidenceEvent, _evidence),
    (interruptions.InterruptionEvent, _interruptions),
    (rollout.RolloutEvent, _rollout),
    (organisation.OrganisationEvent, _organisation),
)
_WORDS: dict[type[Event], Callable[[Any, str], str]] = {
    Corrected: _corrected,
    **{kind: words for union, words in _UNIONS for kind in get_args(union)},
}
