"""Many pieces of work at once, but not all of them; what fails keeps none of the others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def side_by_side(
    things: Iterable[T], do: Callable[[T], Awaitable[None]], *, at_once: int, failed: str
) -> None:
    """When all are done, raises an ExceptionGroup with the text `failed` of what went wrong."""
    slots = asyncio.Semaphore(at_once)

    async def one(thing: T) -> None:
        async with slots:
            await do(thing)

    outcomes = await asyncio.gather(*(one(thing) for thing in things), return_exceptions=True)
    bugs = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    if bugs:
        raise ExceptionGroup(failed, bugs)
