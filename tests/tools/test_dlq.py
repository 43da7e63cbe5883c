"""The tool for dead letters: what it shows, and what becomes of what it replays."""

import json
from uuid import uuid4

import pytest

from application.messages import Context
from application.ports.consumed import ParkedMessage
from infrastructure.memory.log import MemoryLogReaders
from tests.adapters.memory.test_log import MemoryLogHarness
from tests.contracts.log import everything
from tests.contracts.world import World
from tools.dlq import Desk, parse, run


@pytest.fixture
def harness() -> MemoryLogHarness:
    return MemoryLogHarness()


@pytest.fixture
def world(harness: MemoryLogHarness) -> World:
    return World(harness)


@pytest.fixture
def desk(harness: MemoryLogHarness) -> Desk:
    return Desk(harness.begin, harness.readers)


async def bury(world: World, harness: MemoryLogHarness, group: str, count: int) -> list[str]:
    """The ids of as many dead letters."""
    await world.users(count)
    messages = [each for each in await everything(harness.log) if each.type == "user.created"]
    async with world.begin(world.system()) as work:
        for message in messages[-count:]:
            work.consumed.add(group, message.id)
            work.consumed.bury(group, message, attempts=5, error="ValueError: no")
        await work.commit(None)
    return [str(message.id) for message in messages[-count:]]


async def parked(world: World, group: str) -> list[ParkedMessage]:
    async with world.begin(Context.system("test")) as work:
        return list(await work.consumed.due(group, limit=99))


async def test_lists_and_shows(desk: Desk, world: World, harness: MemoryLogHarness) -> None:
    assert await run(desk, parse(["list"])) == ["no dead letters"]
    mails, others = await bury(world, harness, "mails", 3), await bury(world, harness, "other", 1)
    lines = await run(desk, parse(["list"]))
    assert len(lines) == 4 and all("user.created" in line for line in lines)
    assert [line.split()[3] for line in lines] == [*mails, *others]
    assert len(await run(desk, parse(["list", "mails"]))) == 3
    assert len(await run(desk, parse(["list", "--limit", "2"]))) == 2
    shown = await run(desk, parse(["show", "mails", mails[1]]))
    assert shown[:3] == ["group: mails", "attempts: 5", "error: ValueError: no"]
    assert f"ce_id: {mails[1]}" in shown
    assert "user_id" in json.loads(shown[-1])
    for command in ("show", "replay"):
        with pytest.raises(LookupError):
            await run(desk, parse([command, "mails", str(uuid4())]))


async def test_replays_one_or_all(desk: Desk, world: World, harness: MemoryLogHarness) -> None:
    ids = await bury(world, harness, "mails", 3)
    assert await run(desk, parse(["replay", "mails", ids[1]])) == ["1 are tried again"]
    assert [str(each.message.id) for each in await parked(world, "mails")] == [ids[1]]
    assert await run(desk, parse(["replay", "mails"])) == ["2 are tried again"]
    waiting = await parked(world, "mails")
    assert {str(each.message.id) for each in waiting} == set(ids)
    assert all(each.attempts == 0 for each in waiting)
    assert await run(desk, parse(["list"])) == ["no dead letters"]


async def test_readers(desk: Desk, world: World, harness: MemoryLogHarness) -> None:
    await world.users(2)
    every = await everything(harness.log)
    assert isinstance(harness.readers, MemoryLogReaders) and await harness.readers.behind("relay:x")
    (line,) = await run(desk, parse(["readers"]))
    assert line.startswith(f"relay:x  {len(every)} messages  ")
    assert await run(desk, parse(["forget", "relay:x"])) == ["forgotten"]
    assert await run(desk, parse(["forget", "relay:x"])) == ["there is no such reader"]
