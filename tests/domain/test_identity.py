"""Ids are told from what is none, and every stream and workflow finds its way back to its id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import identity

IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)


@pytest.mark.parametrize("text", ["nis-semey", "a", "0", "a" * 63])
def test_an_id_is_lower_case_letters_digits_and_hyphens(text: str) -> None:
    assert identity.is_valid_id(text)


@pytest.mark.parametrize("text", ["", "-a", "A", "nis semey", "a/b", "a\n", "ә", "a" * 64, "a_b"])
def test_anything_else_is_no_id(text: str) -> None:
    assert not identity.is_valid_id(text)


@pytest.mark.parametrize("text", ["p-4f7k2m9x", "p-00000000"])
def test_a_person_has_an_opaque_id(text: str) -> None:
    assert identity.is_person_id(text)


@pytest.mark.parametrize("text", ["p-4f7k2m9", "p-4f7k2m9xx", "p-ilouilou", "4f7k2m9x", "p-4F7K2M9X", "p-4f7k2m9x\n"])
def test_anything_else_is_no_person(text: str) -> None:
    assert not identity.is_person_id(text)


@given(IDS, IDS)
def test_a_participant_is_of_a_rollout_and_a_school(rollout: str, school: str) -> None:
    participant = identity.participant_id(rollout, school)
    assert identity.is_participant_id(participant)
    assert (identity.rollout_of(participant), identity.school_of(participant)) == (rollout, school)
    stream = identity.participant_stream(participant)
    assert identity.stream_kind(stream) == "participant"
    assert (identity.stream_subject(stream), identity.rollout_of_stream(stream)) == (participant, rollout)
    assert identity.stream_of_workflow(identity.participant_workflow_id(participant)) == stream
    assert identity.workflow_id_of(stream) == identity.participant_workflow_id(participant)


@given(IDS)
def test_a_rollout_finds_its_stream_and_its_workflow(rollout: str) -> None:
    stream = identity.rollout_stream(rollout)
    assert identity.stream_kind(stream) == "rollout"
    assert identity.rollout_of_stream(stream) == rollout
    assert identity.workflow_id_of(stream) == identity.rollout_workflow_id(rollout)
    assert identity.stream_of_workflow(identity.rollout_workflow_id(rollout)) == stream


def test_an_organisation_has_a_stream_and_no_workflow() -> None:
    stream = identity.organisation_stream()
    assert stream == "organisation:main"
    assert identity.stream_kind(stream) == "organisation"
    assert identity.workflow_id_of(stream) is None
    assert identity.rollout_of_stream(stream) is None


@pytest.mark.parametrize("stream", ["", "rollout", "school:nis-semey", "participants:x/y"])
def test_an_unknown_kind_of_stream_is_an_error(stream: str) -> None:
    with pytest.raises(ValueError, match="not the name of a stream"):
        identity.stream_kind(stream)


@pytest.mark.parametrize("workflow", ["", "rollout/a", "kaskad/rollout/", "kaskad/school/a", "kaskad/participant/a"])
def test_a_workflow_of_others_has_no_stream(workflow: str) -> None:
    assert identity.stream_of_workflow(workflow) is None


def test_the_nearest_id_is_what_was_most_likely_meant() -> None:
    schools = ["nis-semey", "nis-oral", "nis-almaty"]
    assert identity.nearest("nis-semei", schools) == "nis-semey"
    assert identity.nearest("NIS-Oral", schools) == "nis-oral"
    assert identity.nearest("zzz", schools) is None
    assert identity.nearest("a", []) is None


def test_who_leaves_the_step_out_is_told_the_only_task_that_ends_so() -> None:
    tasks = ["readiness/focus", "readiness/agreement"]
    assert identity.nearest("focus", tasks) == "readiness/focus"


def test_of_a_table_only_the_first_words_are_held_against_all_that_could_be_meant() -> None:
    known = identity.Nearest(["nis-semey", "nis-oral"], most=2)
    assert [known.to(each) for each in ("nis-semei", "nis-ural", "nis-oral-1", "nis-semei")] == [
        "nis-semey", "nis-oral", None, "nis-semey",
    ]  # fmt: skip
