"""Flat combining: questions that many callers ask at once become one statement."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Combined(Generic[K, V]):
    """Reads values by key, many keys at a time.

    One read is in flight; whatever is asked meanwhile goes into the next, so an answer always began
    after its question: whoever has written something reads it. Nobody waits for company: where
    nothing is in flight, a read begins at once.
    """

    def __init__(
        self, read: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], *, most: int = 256
    ) -> None:
        """`read` answers what it finds of at most `most` different keys."""
        self._read = read
        self._most = most
        self._asked: defaultdict[K, list[asyncio.Future[V | None]]] = defaultdict(list)
        self._reading: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """None for what is not there. Raises what the read raises."""
        answer: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._asked[key].append(answer)
        if self._reading is None:
            self._reading = asyncio.create_task(self._run(), name="combined reads")
        return await answer

    async def _run(self) -> None:
        try:
            while self._asked:
                await self._turn()
        finally:
            self._reading = None

    async def _turn(self) -> None:
        keys = list(self._asked)[: self._most]
        asked = [(key, self._asked.pop(key)) for key in keys]
        try:
            found = await self._read(keys)
        except BaseException as error:
            for _, answers in asked:
                for answer in answers:
                    if not answer.done():  # whoever has gone away is done
                        answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for key, answers in asked:
            value = found.get(key)
            for answer in answers:
                if not answer.done():
                    answer.set_result(value)
