"""What all contenders do, stage by stage: so many starts, updates and timers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One thing that is done to every participant, with everything that follows from it, as Temporal counted it."""

    name: str
    workflows: int
    starts: int
    updates: int
    timers: int
