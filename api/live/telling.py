"""What SSE and WebSocket share: who reads, how long one may take, and when one has left."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import msgspec

from api.errors import problem_of, status_of
from shared.errors import AppError

SLOW_SECONDS: Final = 10.0
"""That a reader may take to take what it is told. Nothing is kept for one that is slower."""

encode: Final = msgspec.json.Encoder().encode

Name = Callable[[Any], str | None]
"""The cursor of what is told; None where there is none."""


def problem_data(error: AppError, *, path: str, request_id: str) -> bytes:
    """A refusal in the midst of a stream, in the shape it would have as an answer."""
    members = problem_of(error, status_of(error), path=path, request_id=request_id)
    if error.retry_after is not None:
        members["retry_after"] = round(error.retry_after)
    return encode(members)


async def in_time(sending: Awaitable[None]) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(SLOW_SECONDS):
        await sending


async def until_left(
    telling: Coroutine[None, None, None], left: Coroutine[None, None, None]
) -> None:
    """Tells until there is no more, or nobody."""
    tasks = asyncio.create_task(telling), asyncio.create_task(left)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
