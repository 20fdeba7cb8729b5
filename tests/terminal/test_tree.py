"""The picture of a rollout: its branches, its width, its counts."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from terminal.tables import width
from terminal.tree import Member, counts, cut, lines

DUE = datetime(2026, 12, 4, 13, tzinfo=UTC)


def member(
    school: str, parent: str | None = None, tier: str = "first", phase: str = "journey", name: str = ""
) -> Member:
    parent = f"r/{parent}" if parent else None
    return Member(
        f"r/{school}", school, name or school.title(), tier, parent, phase, 3, 5, "team/fill-1", "mentor", DUE, 1
    )


def test_children_hang_under_their_parents() -> None:
    drawn = lines([member("b", "a"), member("c", "b"), member("d", "a"), member("a")])
    assert [line.text[:7].rstrip() for line in drawn] == ["a", "├─ b", "│  └─ c", "└─ d"]


def test_so_many_tiers_are_drawn_as_are_asked_for() -> None:
    found = [member("a"), member("b", "a"), member("c", "b")]
    assert len(lines(found, depth=2)) == 2


def test_no_line_is_wider_than_it_may_be() -> None:
    found = [member("a", name="Очень длинное название школы, которое никуда не помещается"), member("b" * 60, "a")]
    assert all(width(line.text) <= 100 for line in lines(found, wide=100))
    assert all(width(line.text) <= 60 for line in lines(found, wide=60))


def test_nothing_is_cut_where_no_width_is_given() -> None:
    name = "Очень длинное название школы, которое никуда не помещается"
    drawn = lines([member("a", name=name), member("b" * 60, "a", phase="completed")])
    assert name in drawn[0].text
    assert all(line.text.endswith("2026-12-04 team/fill-1 (mentor)") for line in drawn)


def test_eighty_columns_have_room_for_the_task_and_whose_it_is() -> None:
    drawn = lines(
        [member("nis-taldykorgan", name="Назарбаев Зияткерлік мектебі"), member("b", "nis-taldykorgan")], wide=80
    )
    assert all(line.text.endswith("2026-12-04 mentor: team/fill-1") for line in drawn)


def test_the_status_is_never_cut() -> None:
    drawn = lines([member("a", name="Ұ" * 50), member("b" * 60, "a", phase="completed")], wide=60)
    assert "under way" in drawn[0].text
    assert "completed" in drawn[1].text


def test_a_long_id_shifts_its_own_line_alone() -> None:
    short, long = lines([member("a"), member("b" * 60)])
    assert "2026-12-04 team/fill-1" in short.text
    assert long.text.startswith("b" * 60)


def test_whoever_is_under_nobody_known_stands_at_the_top() -> None:
    assert lines([member("b", "gone")])[0].text.startswith("b ")


def test_tiers_are_counted_from_the_top() -> None:
    found = [member("b", "a", "second"), member("a", phase="completed"), member("c", "a", "second", "withdrawn")]
    assert [(tier, number, phases) for tier, number, phases, _, _ in counts(found)] == [
        ("first", 1, {"completed": 1}),
        ("second", 2, {"under way": 1, "withdrawn": 1}),
    ]


def test_what_is_cut_says_so() -> None:
    assert cut("Қостанай", 8) == "Қостанай"
    assert cut("Қостанай", 5) == "Қост…"


def test_a_day_is_the_one_that_the_zone_has() -> None:
    late = replace(member("a"), due_at=datetime(2026, 12, 4, 20, tzinfo=UTC))
    assert "2026-12-05 team" in lines([late], zone=ZoneInfo("Asia/Almaty"))[0].text
