"""The kinds of workflow that a worker serves."""

from workflows.participant import ParticipantWorkflow
from workflows.rollout import RolloutWorkflow

WORKFLOWS: list[type] = [ParticipantWorkflow, RolloutWorkflow]
