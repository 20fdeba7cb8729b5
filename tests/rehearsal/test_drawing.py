"""Chance comes from the seed, and is spread as chance is."""

from rehearsal.drawing import draw, draw_between, happens, pick, shuffled


def test_the_same_question_has_the_same_answer_and_another_seed_another() -> None:
    assert draw(7, "sim-a", "training") == draw(7, "sim-a", "training")
    assert draw(7, "sim-a", "training") != draw(8, "sim-a", "training")
    assert draw(7, "ab", "c") != draw(7, "a", "bc")


def test_what_is_drawn_does_not_change_from_one_version_to_the_next() -> None:
    assert draw(7, "sim-a", "training") == 0.9019341189135273


def test_numbers_are_spread_evenly() -> None:
    numbers = [draw(1, number) for number in range(4000)]
    assert all(0 <= number < 1 for number in numbers)
    assert abs(sum(numbers) / 4000 - 0.5) < 0.02
    assert abs(sum(happens(20, 1, number) for number in range(4000)) - 800) < 100


def test_both_ends_are_drawn() -> None:
    assert {draw_between(2, 5, 1, number) for number in range(200)} == {2, 3, 4, 5}
    assert draw_between(3, 3, 1) == 3


def test_picking_and_shuffling_leave_nobody_out() -> None:
    letters = list("abcdef")
    assert {pick(letters, 1, number) for number in range(200)} == set(letters)
    assert sorted(shuffled(letters, 1)) == letters
    assert shuffled(letters, 1) != shuffled(letters, 2)
