"""What other streams ask of a workflow is told apart by its kind, as the SDK hands it over."""

import pytest
from pydantic import TypeAdapter, ValidationError
from temporalio import workflow

from activities.keeping import FOLLOW
from domain.command import CLOCK, PassTime
from workflows.kinds import WORKFLOWS


@pytest.mark.parametrize("kind", WORKFLOWS)
def test_a_command_is_tried_as_its_own_kind_alone(kind: type) -> None:
    """One fault, not one for each kind that it is not: each try would cost what all of the command does."""
    definition = workflow._Definition.must_from_class(kind).updates[FOLLOW]
    assert definition.arg_types is not None
    (argument,) = definition.arg_types
    adapter: TypeAdapter[object] = TypeAdapter(argument)
    adapter.validate_json(f"[{PassTime(id='night', actor=CLOCK).model_dump_json(exclude_none=True)}]")
    with pytest.raises(ValidationError) as failed:
        adapter.validate_json('[{"kind": "PassTime", "actor": "clock"}]')
    assert [fault["type"] for fault in failed.value.errors()] == ["missing"]
