"""Ids of tasks: made here and read here. They stand in the log, so the form of each is for ever.

An id begins with the step that asks, `readiness/agreement`, or with the word that stands in the place of one.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

TEAM: Final = "team"
NOMINATE: Final = "nominate"
DUTY: Final = "duty"
CHILDREN: Final = "children"
GATE: Final = "gate"

#: the manager decides about the children of a participant that withdrew; the subject names them
LEFT_BEHIND: Final = f"{CHILDREN}/decide"

JOURNEY: Final = "journey"
#: the manager decides how a participant goes on that can't complete its journey
ABOUT_JOURNEY: Final = JOURNEY

_TIER = "tier-"
_DELIVERY = "step-"

# --- made


def fill_seats(number: int) -> str:
    return f"{TEAM}/fill-{number}"


def assignment(step: str, task: str) -> str:
    return f"{step}/{task}"


def submit(step: str, item: str, attempt: int) -> str:
    return f"{step}/{item}/submit-{attempt}"


def review(step: str, item: str, attempt: int) -> str:
    return f"{step}/{item}/review-{attempt}"


def checkpoint(step: str, number: int) -> str:
    return f"{step}/checkpoint-{number}"


def plan(step: str, definition: str) -> str:
    """To plan a session of the children's training, which the delivery `step` holds."""
    return f"{step}/plan-{definition}"


def plan_for(step: str, definition: str, school: str) -> str:
    """To plan it once more for a school that was not there."""
    return f"{step}/plan-{definition}-{school}"


def plan_again(step: str, definition: str, number: str) -> str:
    """To plan it in the place of the cancelled session of that number."""
    return f"{step}/plan-{definition}-again-{number}"


def record(step: str, session: str) -> str:
    return f"{step}/record-{session}"


def nominate(tier: str) -> str:
    return f"{NOMINATE}/{tier}"


def once_more(task: str, times: int) -> str:
    """The same asked again, after it was over so many times."""
    return f"{task}.{times + 1}" if times else task


def decide(about: str, number: int) -> str:
    """What the manager is to decide; `about` is made by one of the functions below."""
    return f"{about}/decide-{number}"


def about_evidence(step: str, item: str) -> str:
    return f"{step}/{item}"


def about_duty(duty: str) -> str:
    return f"{DUTY}/{duty}"


def about_tier(tier: str) -> str:
    """Whether to go on without further schools of the tier."""
    return f"{CHILDREN}/{_TIER}{tier}"


def about_delivery(step: str) -> str:
    """Whether to go on without anybody to train."""
    return f"{CHILDREN}/{_DELIVERY}{step}"


def about_gate(gate: str) -> str:
    return f"{GATE}/{gate.replace(':', '-')}"


# --- read


class TaskId(NamedTuple):
    """An id taken apart: of `evidence/portfolio/review-2`, evidence, portfolio/review-2, portfolio, review and 2."""

    #: the step that asks, or the word that stands in its place
    of: str
    #: all behind it
    rest: str
    #: of the rest, an item, a duty, what lies below, a gate; often nothing
    about: str
    what: str
    #: as it is written; empty where there is none
    number: str


def read(task: str) -> TaskId:
    of, _, rest = task.partition("/")
    about, _, last = rest.rpartition("/")
    what, _, number = last.rpartition("-")
    return TaskId(of, rest, about, what, number)


def is_fill_seats(task: str) -> bool:
    return task.startswith(f"{TEAM}/fill-")


def is_decision(task: str, about: str) -> bool:
    return task.startswith(f"{about}/decide-")


def is_the_same(task: str, first: str) -> bool:
    """Whether it is the task, or the same once more."""
    return task == first or task.startswith(f"{first}.")


def decided_item(task: str) -> tuple[str, str] | None:
    """Step and item of a decision on evidence; whether there is such evidence, the definition knows."""
    found = read(task)
    return (found.of, found.about) if found.about and found.what == "decide" else None


def tier_without(task: str) -> str | None:
    """The tier of a decision to go on without further schools."""
    return _below(task, _TIER)


def delivery_without(task: str) -> str | None:
    """The delivery of a decision to go on without anybody to train."""
    return _below(task, _DELIVERY)


def gate_in_doubt(task: str) -> str:
    return read(task).about.replace("-", ":", 1)


def named_tier(task: str) -> str:
    """The tier for which schools are to be named."""
    return read(task).rest.partition(".")[0]


def recorded_session(task: str) -> str:
    """The session whose attendance is to be recorded."""
    return task.partition("/record-")[2]


def planned_session(task: str, definitions: Iterable[str]) -> tuple[str, str | None]:
    """The session to be planned, of those that there are, and the school for which it is held once more, if any."""
    name = task.partition("/plan-")[2]
    fitting = [each for each in definitions if name == each or name.startswith(f"{each}-")]
    if not fitting:
        return name, None
    definition = max(fitting, key=len)
    behind = name.removeprefix(definition).removeprefix("-").partition(".")[0]
    return definition, behind if behind and not behind.startswith("again-") else None


def _below(task: str, what: str) -> str | None:
    found = read(task)
    return found.about.removeprefix(what) if found.of == CHILDREN and found.about.startswith(what) else None
