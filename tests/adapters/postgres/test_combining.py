"""Questions asked at once become one statement, which begins after each of them."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from infrastructure.postgres.combining import Combined


class Source:
    """Answers what it holds at the beginning of a read; a read ends when it is let."""

    def __init__(self) -> None:
        self.values = {"a": 1, "b": 1}
        self.asked: list[list[str]] = []
        self.trouble: Exception | None = None
        self.end = asyncio.Event()
        self.combined = Combined(self.read, most=3)

    async def read(self, keys: Sequence[str]) -> Mapping[str, int]:
        self.asked.append(list(keys))
        found = {key: self.values[key] for key in keys if key in self.values}
        await self.end.wait()
        if self.trouble is not None:
            raise self.trouble
        return found

    async def begin(self, *keys: str) -> "list[asyncio.Task[int | None]]":
        tasks = [asyncio.create_task(self.combined.get(key)) for key in keys]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return tasks


async def test_an_answer_begins_after_its_question() -> None:
    """Whoever has written something reads it, though a read of it is in flight."""
    source = Source()
    early = await source.begin("a")
    source.values["a"] = 2
    late = await source.begin("a", "b", "a", "missing")
    assert source.asked == [["a"]]
    source.end.set()
    assert await asyncio.gather(*early) == [1]
    assert await asyncio.gather(*late) == [2, 1, 2, None]
    assert source.asked == [["a"], ["a", "b", "missing"]]


async def test_as_many_as_one_statement_takes() -> None:
    source = Source()
    await source.begin("first")
    tasks = await source.begin("a", "b", "c", "d")
    source.end.set()
    assert await asyncio.gather(*tasks) == [1, 1, None, None]
    assert source.asked == [["first"], ["a", "b", "c"], ["d"]]


async def test_who_goes_away_takes_nobody_along() -> None:
    source = Source()
    gone, waits = await source.begin("a", "a")
    gone.cancel()
    source.end.set()
    assert await waits == 1
    assert gone.cancelled()


async def test_trouble_is_everybodys_and_over_with_the_read() -> None:
    source = Source()
    source.trouble = ZeroDivisionError()
    tasks = await source.begin("a", "b")
    source.end.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in outcomes] == [ZeroDivisionError] * 2
    source.trouble = None
    assert await source.combined.get("a") == 1


async def test_a_read_that_is_ended() -> None:
    """The process is ending: nobody waits for an answer that does not come."""
    source = Source()
    tasks = await source.begin("a")
    reading = source.combined._reading
    assert reading is not None
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
