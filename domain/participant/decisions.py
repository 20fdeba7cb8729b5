"""Decisions: what the programme manager is asked as long as it is so, when nobody else can help."""

from domain import task_ids
from domain.participant.draft import Draft
from domain.participant.state import Participant
from domain.participant.tasks import MANAGER_DECIDES, ask, withdraw_task


def decide_while(draft: Draft, about: str, subject: str, *, needed: bool) -> None:
    """Asked again after "acted", if it is still so; what is no longer needed is taken back."""
    asked = open_decisions(draft.state, about)
    if not needed:
        for task in asked:
            withdraw_task(draft, task)
    elif not asked and not stands(draft.state, about):
        decide_anew(draft, about, subject)


def decide_anew(draft: Draft, about: str, subject: str) -> None:
    number = sum(task_ids.is_decision(task, about) for task in draft.state.done) + 1
    ask(draft, task_ids.decide(about, number), "decide", MANAGER_DECIDES, subject=subject)


def open_decisions(state: Participant, about: str) -> list[str]:
    return [task for task in state.tasks if task_ids.is_decision(task, about)]


def stands(state: Participant, about: str) -> bool:
    """Whether the manager has decided that it stays as it is."""
    return any(task_ids.is_decision(task, about) and ended.answer == "stands" for task, ended in state.done.items())
