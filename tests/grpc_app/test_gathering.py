"""Calls that come at the same time go on together; whoever is alone waits for nobody."""

import asyncio
from collections.abc import Iterator

import pytest

from grpc_app.gathering import Gathering


class Calls:
    def __init__(self) -> None:
        self.gathering = Gathering()
        self.on: list[int] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.end = asyncio.Event()

    def come(self, nr: int) -> None:
        self.tasks.append(asyncio.create_task(self._call(nr)))

    async def _call(self, nr: int) -> None:
        try:
            await self.gathering.enter()
            self.on.append(nr)
            await self.end.wait()
        finally:
            self.gathering.leave()

    async def turns(self, count: int) -> list[int]:
        for _ in range(count):
            await asyncio.sleep(0)
        return self.on


@pytest.fixture
def calls() -> Iterator[Calls]:
    yield Calls()


async def test_who_is_alone_goes_on_at_once(calls: Calls) -> None:
    for nr in range(2):
        calls.come(nr)
        assert await calls.turns(1) == list(range(nr + 1))
        calls.end.set()
        await asyncio.gather(*calls.tasks)
        calls.end.clear()


async def test_others_go_on_together(calls: Calls) -> None:
    """As long as others follow, some turns apart."""
    calls.come(0)
    await calls.turns(1)
    for nr in (1, 2, 3):
        calls.come(nr)
        assert await calls.turns(8) == [0]
    assert await calls.turns(16) == [0, 1, 2, 3]


async def test_enough_is_enough(calls: Calls) -> None:
    calls.come(0)
    await calls.turns(1)
    for nr in range(1, 201):
        calls.come(nr)
        await calls.turns(1)
    assert len(calls.on) > 100


async def test_who_goes_away_keeps_nobody(calls: Calls) -> None:
    calls.come(0)
    calls.come(1)
    calls.come(2)
    await calls.turns(2)
    calls.tasks[1].cancel()
    assert await calls.turns(30) == [0, 2]
    calls.end.set()
    await asyncio.gather(calls.tasks[0], calls.tasks[2])
    calls.end.clear()
    calls.come(3)
    assert await calls.turns(1) == [0, 2, 3]  # nobody else is counted any more
