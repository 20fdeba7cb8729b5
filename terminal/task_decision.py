"""What the programme manager decides on where nothing goes on by itself: why it is asked, the answers, the commands."""

from typing import TYPE_CHECKING, Any

from domain import task_ids
from terminal.phrases import phrase

if TYPE_CHECKING:
    from domain.participant.state import Task
    from terminal.addressed import Addressed


def decision(to: "Addressed", task: "Task", *, in_english: bool) -> dict[str, Any] | None:
    """Of what the manager decides on, that which a sentence has to explain."""
    school, answer = to.state.id, f"kaskad task complete {to.state.id} {task.id} --answer stands|acted"
    if task_ids.read(task.id).of == task_ids.DUTY:
        do = f"kaskad school assign {school} --duty {task.subject}=PERSON"
        return {"Why": _why_nobody(to, task.subject or "", in_english=in_english), "Do": do}
    if task_ids.tier_without(task.id) or task_ids.delivery_without(task.id):
        return {
            "Why": phrase("why_too_few", in_english=in_english),
            "Answers": phrase("answers_too_few", in_english=in_english),
            "Do": answer,
        }
    if task.id == task_ids.LEFT_BEHIND:
        schools = " ".join(f"{to.state.rollout}/{each}" for each in (task.subject or "").split())
        return {
            "Why": phrase("why_left_behind", in_english=in_english),
            "Answers": phrase("answers_left_behind", in_english=in_english),
            "Do": phrase(
                "do_then", in_english=in_english, first=f"kaskad school hand-over {schools} --to PARENT", then=answer
            ),
        }
    if task_ids.is_decision(task.id, task_ids.ABOUT_JOURNEY):
        ways = [answer, f"kaskad school withdraw {school} --reason WHY"]
        ways += [f"kaskad school hand-over {school} --to PARENT"] if to.state.parent_left else []
        return {
            "Why": phrase("why_journey", in_english=in_english),
            "Answers": phrase("answers_journey", in_english=in_english),
            "Do": phrase("or_do", in_english=in_english).join(ways),
        }
    return None


def _why_nobody(to: "Addressed", duty: str, *, in_english: bool) -> str:
    if to.tier.duty_by_role[duty].from_parent is None:
        return phrase("why_nobody", in_english=in_english)
    return phrase("why_ruled_out", in_english=in_english)
