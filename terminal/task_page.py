"""One task as a page: what is asked, of whom, by when, and with which command it is done."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from terminal.phrases import phrase, word
from terminal.task_decision import decision

if TYPE_CHECKING:
    from domain.participant.state import Task, TaskDone
    from terminal.addressed import Addressed

Page = dict[str, Any]


def page_of(to: "Addressed", task_id: str) -> Page:
    """Raises Refused (of the domain) with the nearest, or with the step that has not come to it yet."""
    from domain.participant.tasks import unknown_task

    state = to.state
    head: Page = {
        "School": state.id,
        "Task": task_id,
        "Title": to.titles.task(state.tier, task_id),
    }
    if task_id in state.tasks:
        return head | _open(to, state.tasks[task_id])
    if task_id in state.done:
        return head | _done(to, state.done[task_id])
    raise unknown_task(to.tier, state, task_id)


def told(to: "Addressed", task_id: str) -> Page:
    """The same for programs: ids, instants and lists instead of words. Raises Refused as `page_of` does."""
    from domain.participant.draft import holders_of
    from domain.participant.tasks import answers_to, unknown_task

    state = to.state
    head: Page = {
        "rollout": state.rollout,
        "school": state.school,
        "task": task_id,
        "title": to.titles.task(state.tier, task_id),
    }
    if (done := state.done.get(task_id)) is not None and task_id not in state.tasks:
        status = "withdrawn" if done.withdrawn else "done"
        return head | {"status": status, "ended_at": done.at, "answer": done.answer}
    task = state.tasks.get(task_id)
    if task is None:
        raise unknown_task(to.tier, state, task_id)
    wants = {name.lower(): value for name, value in _asks(to, task, in_english=True).items()}
    return head | {
        "status": "overdue" if task.overdue else "open",
        "kind": task.kind,
        "step": task.step,
        "subject": task.subject,
        "role": task.role,
        "role_title": to.titles.role(task.role),
        "persons": list(holders_of(state, task.role, datetime.now(task.due_at.tzinfo))),
        "asked_at": task.asked_at,
        "due_at": task.due_at,
        "remind_at": list(task.remind_at),
        "escalate_at": task.escalate_at,
        "escalate_to": task.escalate_to,
        "escalated": task.escalated,
        **wants,
        "answers": list(answers_to(to.tier, task)),
    }


def _open(to: "Addressed", task: "Task") -> Page:
    from domain.participant.draft import holders_of
    from terminal.reading import names_of

    now = datetime.now(task.due_at.tzinfo)
    holders = holders_of(to.state, task.role, now)
    names = names_of(holders)
    page: Page = {
        "Status": word("overdue" if task.overdue else "open"),
        "Role": to.titles.role(task.role),
        "Persons": ", ".join(f"{names.get(each, '')} {each}".strip() for each in holders),
        "Asked": to.says(task.asked_at),
        "Due": to.says(task.due_at),
        "Reminders": "; ".join(to.says(each) for each in task.remind_at),
    }
    if task.escalate_at is not None and task.escalate_to is not None:
        role = to.titles.role(task.escalate_to)
        page["Escalated" if task.escalated else "Escalates"] = phrase(
            "told_to", when=to.says(task.escalate_at), role=role
        )
    page["About"] = task.subject
    return page | _asks(to, task)


def _done(to: "Addressed", done: "TaskDone") -> Page:
    status = phrase("task_taken_back") if done.withdrawn else word("done")
    return {"Status": status, "Ended": to.says(done.at), "Answer": done.answer}


def _asks(to: "Addressed", task: "Task", *, in_english: bool = False) -> Page:
    """What is wanted, and the command that does it."""
    state, school = to.state, to.state.id
    match task.kind:
        case "decide" if page := decision(to, task, in_english=in_english):
            return page
        case "assignment" | "decide":
            from domain.participant.tasks import answers_to

            answers = answers_to(to.tier, task)
            page = {"Answers": ", ".join(answers)}
            return page | {"Do": f"kaskad task complete {school} {task.id}" + (" --answer ANSWER" if answers else "")}
        case "submit":
            return _item(to, task, in_english=in_english) | {
                "Do": f"kaskad evidence submit {school} {task.step}/{task.subject} FILE..."
            }
        case "review":
            rubric = _rubric(to, task)
            points = "".join(f" --points {name}=0..{most}" for name, most in rubric.items())
            do = f"kaskad evidence review {school} {task.step}/{task.subject} accepted|returned|refused{points}"
            return {"Do": do}
        case "checkpoint":
            outcomes = "on_track|needs_support|at_risk"
            return {"Do": f"kaskad checkpoint hold {school} --step {task.step} --outcome {outcomes}"}
        case "plan":
            from domain.participant.plans import plan_in
            from domain.step import DeliveryStep

            definition, schools = plan_in(task)
            delivery = to.tier.step_by_id[task.step or ""]
            assert isinstance(delivery, DeliveryStep)
            only = "".join(f" --for {each}" for each in schools)
            return {"Do": f'kaskad session plan {school} {delivery.step} {definition} --at "DAY TIME"{only}'}
        case "record":
            return {"Do": phrase("do_attendance", in_english=in_english, session=task.subject)}
        case "nominate":
            return {"Do": f"kaskad school nominate {state.school} --help"}
        case _:
            return {"Do": f"kaskad school seat {school} --help"}


def _item(to: "Addressed", task: "Task", *, in_english: bool) -> Page:
    from domain.file_types import MEDIA_TYPES
    from domain.participant.evidence import item_asked
    from runtime.settings import settings

    item = item_asked(to.tier, task)
    accepts = item.accepts
    endings = [ending for ending, each in MEDIA_TYPES.items() if each in accepts.media_types]
    return {
        "Instructions": item.instructions.in_language(settings().language) if item.instructions else None,
        "Files": phrase(
            "so_many_files",
            in_english=in_english,
            least=accepts.min_files,
            most=accepts.max_files,
            size=_size(accepts.max_bytes, in_english=in_english),
        ),
        "Types": ", ".join(endings or accepts.media_types),
    }


def _size(size: int, *, in_english: bool) -> str:
    """In the unit that leaves a short number."""
    if size >= 1_000_000:
        return phrase("megabytes", in_english=in_english, number=f"{size / 1_000_000:.4g}")
    if size >= 1_000:
        return phrase("kilobytes", in_english=in_english, number=f"{size / 1_000:.4g}")
    return phrase("file_size", in_english=in_english, size=size)


def _rubric(to: "Addressed", task: "Task") -> dict[str, int]:
    from domain.participant.evidence import item_asked

    item = item_asked(to.tier, task)
    if item.review is None or item.review.rubric is None:
        return {}
    return {each.id: each.points for each in to.programme.rubrics[item.review.rubric].criteria}
