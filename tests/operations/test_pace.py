"""How closely commands follow each other to the door."""

import asyncio

import pytest

from activities.pace import EACH, LONGEST, Pace


def passes_at_once(pace: Pace) -> bool:
    """Whether the turn comes without waiting for anything."""
    turn = pace.turn()
    try:
        turn.send(None)
    except StopIteration:
        return True
    turn.close()
    return False


async def test_who_comes_alone_never_waits() -> None:
    pace = Pace()
    for _ in range(5):
        assert passes_at_once(pace)
        await asyncio.sleep(EACH * 1.1)


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
    assert asyncio.get_running_loop().time() - began > EACH * 0.8
    await asyncio.gather(*coming)


@pytest.mark.parametrize(("count", "wait"), [(2, 2 * EACH), (4, 4 * EACH), (40, LONGEST)])
async def test_the_more_there_were_the_longer_the_next_wait_and_not_too_long(count: int, wait: float) -> None:
    pace, clock = Pace(), asyncio.get_running_loop().time
    await pace.turn()
    await asyncio.gather(*(pace.turn() for _ in range(count)))
    began = clock()
    await pace.turn()
    assert wait * 0.8 < clock() - began < wait + 0.5


async def test_who_gives_up_while_waiting_keeps_nobody_else() -> None:
    pace = Pace()
    await pace.turn()
    waiting = [asyncio.create_task(pace.turn()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.gather(*waiting[1:])
    assert waiting[0].cancelled()
