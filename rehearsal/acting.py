"""What every act needs: the plan, the days, and commands whose ids say who acts for what."""

from datetime import datetime
from typing import Any

from domain.command import Command
from domain.identity import stream_subject
from domain.programme import Programme
from domain.step import DeliveryStep, SessionDefinition, TrainingStep
from rehearsal.deed import Turn
from rehearsal.drawing import digest
from rehearsal.plan import Plan
from rehearsal.timing import Timing

_LONGEST_ID = 200


class Acting:
    """One rehearsal's way of acting."""

    def __init__(self, plan: Plan, timing: Timing) -> None:
        self.plan = plan
        self.timing = timing

    @property
    def programme(self) -> Programme:
        return self.plan.programme

    def command(self, kind: type[Command], turn: Turn, now: datetime, number: int = 0, **arguments: Any) -> Command:
        """Of one turn, the command of that number: sent again it is the same command."""
        name = f"{stream_subject(turn.stream)}/{turn.what}/{turn.person}/{number}"
        if len(name) > _LONGEST_ID:
            name = f"{name[:150]}-{digest(0, name)[:40]}"
        return kind(id=name, actor=turn.person, at=now, entered_by="rehearsal", **arguments)

    def sessions(self, step: DeliveryStep) -> dict[str, SessionDefinition]:
        """Those of the training that a delivery holds."""
        training = self.programme.tier_by_id[step.tiers[0]].step_by_id[step.step]
        assert isinstance(training, TrainingStep)
        return {each.id: each for each in training.sessions}
