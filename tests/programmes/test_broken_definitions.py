"""A definition with faults is refused with all of them at once, each where it stands."""

from pathlib import Path

import pytest

from programmes.problem import Problem, ProgrammeProblems
from programmes.reader import read_programme

DEFINITIONS = Path(__file__).parent / "definitions"
SMALL = (DEFINITIONS / "small.yaml").read_text(encoding="utf-8")


def problems_of(source: Path | str | bytes, **parameters: object) -> tuple[Problem, ...]:
    with pytest.raises(ProgrammeProblems) as refused:
        read_programme(source, parameters)
    return refused.value.problems


def only_problem(old: str, new: str) -> Problem:
    """The one problem of the small definition after one change."""
    assert old in SMALL
    problems = problems_of(SMALL.replace(old, new))
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def test_twenty_four_problems_are_told_at_once_each_on_its_line() -> None:
    source = DEFINITIONS / "broken.yaml"
    marked = {at for at, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1) if f"# {at}:" in line}
    problems = problems_of(source)
    assert {problem.line for problem in problems} == marked
    assert len(marked) >= 20


def test_a_problem_names_its_file_its_place_and_its_path() -> None:
    problem = next(each for each in problems_of(DEFINITIONS / "broken.yaml") if each.line == 36)
    assert problem.file.endswith("broken.yaml")
    assert (problem.column, problem.where) == (9, "tiers[1].steps[0].afterr")
    assert problem.message == "is no known key; did you mean 'after'?"
    assert str(problem).endswith("broken.yaml:36:9: tiers[1].steps[0].afterr: is no known key; did you mean 'after'?")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("programme: small", "programme: Small One", "must be an id"),
        ('version: "1.0"', "version: 1.0", 'write it in quotes: "1.0"'),
        ("kaskad: 1", "kaskad: 2", "must be one of: 1"),
        ("count: 3", "count: three", "must be a whole number"),
        ("first: 2024-09-02, last: 2024-12-27", "first: 2.9.2024, last: 2024-12-27", "written as 2024-09-02"),
        ("first: 2025-01-09, last: 2025-05-25", "first: 2025-01-09, last: 2024-05-25", "before it begins"),
        ("calendar:\n", "calendar:\n  due_time: 18:00Z\n", "a time of day, written as 18:00"),
        ("mode: online", "mode: remote", "must be one of: in_person, online, hybrid"),
        (
            "\n            accepts: {media_types: [",
            "\n            accepts: {media_types: [audio/mpeg, ",
            "no file of the type",
        ),
        (
            "\n            accepts: {media_types: [",
            "\n            accepts: {media_types: [.Docx, ",
            "ing; the media type is appl",
        ),
        ("count: 3", "count: 1", "asks for 2 checkpoints of only 1"),
        ("accepted_from: 3", "accepted_from: 6", "6 points of only 5"),
        ("role: trainer}]", "role: manager}]", "is of the kind office, not seat"),
        ("from_parent: trainer", "from_parent: lead", "has no seat for 'lead'"),
        ("escalate: {days: 3, to: mentor}", "escalate: {days: 3, to: mentro}", "did you mean 'mentor'?"),
        ("rubric: portfolio", "rubric: portfolo", "did you mean 'portfolio'?"),
        ("tiers: [school]", "tiers: [skool]", "did you mean 'school'?"),
        ("held: {term: second}", "held: {term: third}", "there is no term 'third'"),
        ("every: {months: 1}", "every: {months: 0}", "is no pace"),
        (
            "[application/pdf], max_bytes: 1000}\n            review",
            "[pdf], max_bytes: 9}\n            review",
            "media type",
        ),
        ("{fact: children.opened, at_least: 1}", "{fact: children.opened, at_least: 3}", "the most is 2"),
        ("{fact: mentoring.last, is: on_track}", "{fact: mentoring.last, is: on-track}", "can never be 'on-track'"),
        ("{fact: portfolio.score, at_least: 3}", "{fact: portfolio.done, at_least: 3}", "compare it by 'is'"),
        ("{fact: portfolio.score, at_least: 3}", "{fact: training.hours, at_most: 2}", "cannot be at least 6"),
        ("{fact: portfolio.score, at_least: 3}", "{on_or_after: 2030-01-01}", "after every cohort has ended"),
        (
            "{fact: portfolio.score, at_least: 3}",
            "{fact: teach.sessions, at_least: 1}",
            "none of these could ever start",
        ),
        (
            "enter: {fact: certified, of: parent, is: true}",
            "enter: {fact: certifyed, of: parent, is: true}",
            "did you mean",
        ),
        (
            "enter: {fact: certified, of: parent, is: true}",
            "enter: {fact: training.done, is: true}",
            "waits for 'training'",
        ),
        ("enter: {fact: certified, of: parent, is: true}", "enter: {fact: x, of: outside, is: true}", "are recorded"),
        ("manager: {kind: office", "auditor: {kind: duty", "is an office of every rollout"),
        ("fan_out: {least: 1", "fan_out: {least: 3", "out of order"),
        ("ends: 2026-12-31", "ends: 2025-01-31", "not after it starts"),
        ("parameters: {opens_on:", "parameters: {opens:", "no parameter 'opens'"),
        ("school: 2, partner: 4}", "schol: 2, partner: 4}", "did you mean 'school'?"),
        ("id: go-on", "id: done", "is a fact of every step"),
        ("{id: trainer-1, role: trainer}", "{id: trainer-1, role: trainer, roll: x}", "did you mean 'role'?"),
        ("default: 6\n", "default: 9\n", "all sessions together have 8"),
        ("bodies:\n", "bodies:\n  centre: *t\n", "stands twice"),
        ("count: 3", 'count: "3"', "write it without quotes: 3"),
        ("missed_after: 7", "missed_after: true", "is true, but must be a whole number"),
        ("count: 3", 'count: "3"', "is '3', but must be a whole number"),
        ("missed_after: 7", "missed_after: 7\n        enter:", "leave the key out"),
        ("calendar:\n", "calendar:\n  working_days: []\n", "needs at least one entry"),
        ('ru: "Малая"', 'ru: " "', "is empty; it needs a text"),
        ("{fact: mentoring.last, is: on_track}", "{fact: mentoring.last, is_: on_track}", "did you mean 'is'?"),
    ],
)
def test_one_change_for_the_worse_is_one_sentence(old: str, new: str, sentence: str) -> None:
    problem = [each for each in problems_of(SMALL.replace(old, new, 1)) if sentence in each.message]
    assert old in SMALL
    assert problem, [str(each) for each in problems_of(SMALL.replace(old, new, 1))]
    assert problem[0].line > 0


def test_a_tier_of_single_persons_has_one_seat() -> None:
    seats = "seats: [{id: lead, role: lead}, {id: other, role: lead}]"
    problem = only_problem("    seats: [{id: lead, role: lead}]\n", f"    kind: person\n    {seats}\n")
    assert problem.message == "is of one person, who has one seat; there are 2"


def test_a_training_that_nobody_holds_is_refused() -> None:
    source = SMALL.replace("tiers: [partner], step: training", "tiers: [school], step: training")
    messages = [problem.message for problem in problems_of(source)]
    assert "nobody holds it: no tier has a delivery step for 'training' of 'partner'" in messages


def test_a_tier_that_only_opens_itself_is_out_of_reach() -> None:
    partner = SMALL.index("  - id: partner")
    ring = SMALL[:partner] + SMALL[partner:].replace(
        "    steps:",
        "    opens: [{tier: ring, gate: {fact: training.done, is: true},"
        " fan_out: {least: 1, target: 1, most: 1}, nominate: {by: lead, due: {days: 1}}}]\n    steps:",
    ).replace("id: partner", "id: ring")
    messages = [problem.message for problem in problems_of(SMALL + ring[partner:])]
    assert any("nobody can reach the tier 'ring'" in message for message in messages)


def test_a_circle_is_named_from_step_to_step() -> None:
    problem = only_problem(
        "after: [training, research]", "after: [training, wish]\n        enter: {fact: portfolio.score, at_least: 1}"
    )
    assert "'portfolio' waits for 'portfolio'" in problem.message


CERTIFIES = "{fact: portfolio.score, at_least: 3}"
OPENS = "gate: {all: [{fact: certified, is: true}, {on_or_after: {parameter: opens_on}}]}"


@pytest.mark.parametrize(
    ("old", "new", "waits"),
    [
        (CERTIFIES, "{fact: children.certified, at_least: 1}", "the certification waits for the next tier waits for"),
        (
            CERTIFIES,
            "{among: children, where: {fact: seats.complete, is: true}, share: 50}",
            "the certification waits for the next tier waits for the certification",
        ),
        (CERTIFIES, "{fact: certified, is: true}", "the certification waits for the certification"),
        (
            CERTIFIES,
            "{among: peers, where: {fact: certified, is: true}, at_least: 1}",
            "the certification waits for the certification",
        ),
        (OPENS, "gate: {fact: children.opened, at_least: 1}", "the next tier waits for the next tier"),
        (OPENS, "gate: {fact: teach.sessions, at_least: 1}", "'teach' waits for the next tier waits for 'teach'"),
        (OPENS, "gate: {fact: completed, is: true}", "'teach' waits for the next tier waits for completed waits"),
    ],
)
def test_a_gate_that_waits_for_what_it_opens_is_refused(old: str, new: str, waits: str) -> None:
    assert only_problem(old, new).message.startswith(f"none of these could ever start: {waits}")


PARENT_CERTIFIED = "enter: {fact: certified, of: parent, is: true}"
WISH = "      - id: wish\n        kind: assignment\n"


def test_a_child_that_waits_for_the_end_of_its_parent_is_refused() -> None:
    problem = only_problem(PARENT_CERTIFIED, "enter: {fact: completed, of: parent, is: true}")
    assert problem.message == (
        "none of these could ever start: 'training' of 'partner' waits for the end of 'school' waits for "
        "the end of 'partner' waits for 'training' of 'partner'"
    )
    assert problem.where == "tiers[2].steps[0].enter"


@pytest.mark.parametrize("fact", ["training.done", "training.hours", "training.started", "completed"])
def test_a_parent_and_children_that_wait_for_each_other_are_refused(fact: str) -> None:
    value = "at_least: 1" if fact == "training.hours" else "is: true"
    waits = WISH + f"        enter: {{among: children, where: {{fact: {fact}, {value}}}, at_least: 1}}\n"
    source = SMALL.replace(WISH, waits).replace(PARENT_CERTIFIED, "enter: {fact: wish.done, of: parent, is: true}")
    if fact == "training.hours":
        # Hours are credited from the sessions that the parent holds, whether the step has begun or not.
        assert read_programme(source, {})
        return
    (problem,) = problems_of(source)
    assert problem.message.startswith("none of these could ever start: ")
    assert "'wish' of 'school' waits for" in problem.message


def test_a_delivery_that_waits_for_what_it_delivers_is_refused() -> None:
    source = SMALL.replace(
        "{id: delivery, kind: delivery, title: *t,",
        "{id: delivery, kind: delivery, title: *t, "
        "enter: {among: children, where: {fact: training.hours, at_least: 1}, share: 50},",
    )
    (problem,) = problems_of(source)
    assert "'delivery' of 'trainers' waits for" in problem.message
    assert "'training' of 'school' waits for" in problem.message


def test_whoever_has_withdrawn_goes_no_further() -> None:
    assert "could never open" in only_problem(CERTIFIES, "{fact: withdrawn, is: true}").message


def test_two_steps_of_one_id_are_one_problem() -> None:
    assert "stands already" in only_problem("id: wish", "id: mentoring").message


def test_those_who_are_only_trained_are_children_too() -> None:
    enter = "enter: {fact: children.opened, at_least: 1}"
    read_programme(SMALL.replace("{id: delivery, kind: delivery,", f"{{id: delivery, kind: delivery, {enter},"))


def test_what_aliases_repeat_is_told_once() -> None:
    problems = problems_of(SMALL.replace('title: &t {kk: "Шағын", ru: "Малая"', 'title: &t {kk: "Шағын"'))
    assert [problem.message for problem in problems] == [
        "lacks the Russian text; every text is written in kk, ru and en"
    ]


def test_the_same_sessions_are_asked_of_all_tiers_of_one_delivery() -> None:
    problems = problems_of(SMALL.replace("tiers: [school], step: training", "tiers: [school, partner], step: training"))
    assert any("has other sessions in the tier 'partner'" in problem.message for problem in problems)


def test_an_oversight_is_a_warning_and_no_refusal() -> None:
    definition = read_programme(SMALL.replace("partner: 4}", "partner: 9}"))
    assert [warning.message for warning in definition.warnings] == ["plans 9 participants, but those above open 2 to 4"]
    assert definition.warnings[0].line == SMALL.split("cohorts:")[0].count("\n") + 2


def test_the_offices_of_every_rollout_are_asked_without_being_described() -> None:
    for office in ("programme-manager", "operator"):
        definition = read_programme(SMALL.replace("escalate_to: manager", f"escalate_to: {office}"))
        assert definition.programme.role_title(office) == office


def test_a_role_that_nobody_uses_is_a_warning_but_no_office_of_every_rollout() -> None:
    office = "  manager: {kind: office, title: *t}\n"
    for standing in ("operator", "programme-manager", "auditor"):
        assert read_programme(SMALL.replace(office, office + office.replace("manager", standing))).warnings == ()
    (warning,) = read_programme(SMALL.replace(office, office + office.replace("manager", "watcher"))).warnings
    assert warning.message == "nobody is asked as 'watcher'"


def with_staffing(staffing: str) -> str:
    return SMALL.replace("    duties:\n", f"    team: {{due: {{weeks: 2}}, {staffing}}}\n    duties:\n", 1)


def test_those_who_may_change_a_team_are_roles_of_the_tier() -> None:
    assert not read_programme(with_staffing("by: manager, also_by: [mentor]")).warnings
    (problem,) = problems_of(with_staffing("by: manager, also_by: [mentro]"))
    assert "did you mean 'mentor'?" in problem.message
    (problem,) = problems_of(with_staffing("by: manager, also_by: [trainer]"))
    assert "no seat of the tier 'school' has the role 'trainer'" in problem.message


def test_an_empty_seat_that_is_asked_to_fill_the_others_is_a_warning() -> None:
    (warning,) = read_programme(with_staffing("by: lead")).warnings
    assert "the seat of 'lead' is empty itself" in warning.message


def test_a_gate_over_peers_reads_the_other_branch_as_well() -> None:
    condition = "{among: peers, where: {fact: mentoring.held, at_least: %d}, at_least: 1}"
    reachable = SMALL.replace("{fact: portfolio.score, at_least: 3}", condition % 3)
    assert read_programme(reachable).programme.programme == "small"
    assert (
        "can never reach 4: the most is 3"
        in problems_of(reachable.replace("at_least: 3}, at", "at_least: 4}, at"))[0].message
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("calendar:\n", "calendar:\n\tdue_time: '18:00'\n", "a tab stands where only spaces may indent"),
        ("bodies:\n", "bodies:\n  a: &t x\n  b: &t y\n", "the anchor '&t' stands already on line"),
        ("missed_after: 7", "missed_after: *nobody", "there is no anchor '&nobody' above this alias"),
        ("missed_after: 7", "missed_after: {7", "a bracket opened on line"),
        ("missed_after: 7", "missed_after: 7: 8", "a ':' too many"),
        ("missed_after: 7", "missed_after: @7", "no value begins with '@'"),
        ("kaskad: 1\n", "kaskad: 1\nprogramme small\n", "line 3 lacks the ':' of 'key: value'"),
        ("cohorts:\n", "---\ncohorts:\n", "a second document begins here"),
    ],
)
def test_what_is_no_yaml_is_told_as_its_author_sees_it(old: str, new: str, sentence: str) -> None:
    assert old in SMALL
    problem = problems_of(SMALL.replace(old, new, 1))[0]
    assert sentence in problem.message
    assert problem.line > 0


def test_steps_that_wait_for_each_other_by_every_way_of_an_any_are_a_circle() -> None:
    gate = "{any: [{fact: portfolio.score, at_least: 1}, {fact: wish.done, is: true}]}"
    source = SMALL.replace("after: [training, research]", f"after: [training, research]\n        enter: {gate}", 1)
    wish = source.index("- id: wish")
    source = source[:wish] + source[wish:].replace(
        "kind: assignment", "kind: assignment\n        after: [portfolio]", 1
    )
    messages = [problem.message for problem in problems_of(source)]
    assert "none of these could ever start: 'wish' waits for 'portfolio' waits for 'wish'" in messages


def test_what_was_made_up_for_a_fault_is_never_told() -> None:
    cohorts, after = SMALL.index("cohorts:"), SMALL.index("tiers:")
    without = SMALL[:cohorts] + "cohorts: {}\n" + SMALL[after:]
    assert [each.message for each in problems_of(without)] == ["is empty; it needs at least one entry"]
    wrong = SMALL.replace("ends: 2026-12-31", "ends: 31.12.2026")
    assert [each.message for each in problems_of(wrong)] == [
        "is '31.12.2026', but must be a date, written as 2024-09-02"
    ]


def test_a_team_at_the_top_needs_no_place_in_the_plan_of_a_cohort() -> None:
    team = SMALL.index("participants: {")
    plan = SMALL[team : SMALL.index("}", team) + 1]
    assert "trainers: 1, " in plan
    read_programme(SMALL.replace(plan, plan.replace("trainers: 1, ", "")))


def test_a_text_and_a_due_date_that_are_words_are_told_how_to_be_written() -> None:
    assert "{kk: ..., ru: ..., en: ...}" in only_problem("bodies:\n", "bodies:\n  other: Word\n").message
    problem = problems_of(SMALL.replace("due: {working_days: 5}", "due: 5 days", 1))[0]
    assert (
        problem.message
        == "is '5 days', but must be a mapping of keys to values, such as {weeks: 2} or {working_days: 5}"
    )
