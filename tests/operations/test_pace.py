"""How closely commands follow each other to the door."""

import asyncio
from collections.abc import Sequence

import pytest

from activities.pace import ALONE, EACH, LONGEST, MOST, QUIET, Pace


def passes_at_once(pace: Pace) -> bool:
    """Whether the turn comes without waiting for anything."""
    turn = pace.turn()
    try:
        turn.send(None)
    except StopIteration:
        return True
    turn.close()
    return False


async def let_through(pace: Pace, count: int) -> None:
    """A group of so many, right after somebody alone."""
    await pace.turn()
    await asyncio.gather(*(pace.turn() for _ in range(count)))


async def seconds_until(turn: asyncio.Task[None]) -> float:
    clock = asyncio.get_running_loop().time
    began = clock()
    await turn
    return clock() - began


async def test_who_comes_alone_never_waits() -> None:
    pace = Pace()
    for _ in range(5):
        assert passes_at_once(pace)
        await asyncio.sleep(ALONE * 1.1)


async def test_those_who_come_while_a_group_is_waited_for_go_together() -> None:
    pace, through = Pace(), []
    await pace.turn()
    began = asyncio.get_running_loop().time()

    async def come(number: int) -> None:
        await pace.turn()
        through.append(number)

    coming = [asyncio.create_task(come(number)) for number in range(4)]
    while not through:
        await asyncio.sleep(0)
    assert sorted(through) == [0, 1, 2, 3], "in one turn of the loop"
    assert asyncio.get_running_loop().time() - began > ALONE * 0.8
    await asyncio.gather(*coming)


@pytest.mark.parametrize(("count", "wait"), [(2, 2 * EACH), (4, 4 * EACH), (MOST - 1, LONGEST)])
async def test_the_more_there_were_the_longer_the_next_wait_while_others_come(count: int, wait: float) -> None:
    pace = Pace()
    await let_through(pace, count)
    first = asyncio.create_task(pace.turn())
    waited = asyncio.create_task(seconds_until(first))
    coming = [first]
    while not first.done():
        await asyncio.sleep(QUIET / 2)
        coming.append(asyncio.create_task(pace.turn()))
    assert wait * 0.8 < await waited < wait + 0.5
    await asyncio.gather(*coming)


async def test_a_group_goes_once_nobody_else_comes() -> None:
    pace = Pace()
    await let_through(pace, MOST - 1)
    assert QUIET * 0.8 < await seconds_until(asyncio.create_task(pace.turn())) < LONGEST * 0.8


async def test_a_group_goes_once_it_is_large_enough() -> None:
    pace = Pace()
    await let_through(pace, MOST - 1)
    coming = [asyncio.create_task(pace.turn()) for _ in range(MOST + 2)]
    for _ in range(3):
        await asyncio.sleep(0)
    assert [each.done() for each in coming] == [True] * MOST + [False] * 2
    await asyncio.gather(*coming)


async def test_the_commands_of_a_group_are_told_right_before_it_goes() -> None:
    told: list[tuple[str, ...]] = []

    def tell(commands: Sequence[str]) -> None:
        assert not any(each.done() for each in coming)
        told.append(tuple(commands))

    pace = Pace(tell)
    await pace.turn(["alone"])
    coming = [asyncio.create_task(pace.turn(ids)) for ids in (["a"], [], ["b", "c"])]
    await asyncio.gather(*coming)
    assert told == [("a", "b", "c")]


async def test_who_gives_up_while_waiting_keeps_nobody_else() -> None:
    pace = Pace()
    await pace.turn()
    waiting = [asyncio.create_task(pace.turn()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.gather(*waiting[1:])
    assert waiting[0].cancelled()
