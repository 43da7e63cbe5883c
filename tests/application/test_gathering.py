"""Calls that come at the same time go on together; whoever is alone waits for nobody."""

import asyncio

from application.gathering import Gathering


class Calls:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.on: list[int] = []
        self.tasks: list[asyncio.Task[None]] = []

    def come(self, nr: int) -> None:
        self.tasks.append(asyncio.create_task(self._call(nr)))

    async def _call(self, nr: int) -> None:
        await self.gathering.join()
        self.on.append(nr)

    async def turns(self, count: int) -> list[int]:
        for _ in range(count):
            await asyncio.sleep(0)
        return self.on


async def test_as_long_as_others_follow() -> None:
    """Some turns apart."""
    calls = Calls()
    for nr in range(4):
        calls.come(nr)
        assert await calls.turns(8) == []
    assert await calls.turns(16) == [0, 1, 2, 3]
    calls.come(4)
    await asyncio.gather(*calls.tasks)
    assert calls.on == [0, 1, 2, 3, 4]


async def test_enough_is_enough() -> None:
    calls = Calls()
    for nr in range(200):
        calls.come(nr)
        await calls.turns(1)
    assert len(calls.on) > 100


async def test_who_goes_away_keeps_nobody() -> None:
    calls = Calls()
    for nr in range(3):
        calls.come(nr)
    await calls.turns(2)
    calls.tasks[0].cancel()
    assert await calls.turns(30) == [1, 2]
