"""Who comes next where there are fewer connections than callers."""

import asyncio
from collections.abc import Hashable

from infrastructure.postgres.group.fair_queue import FairQueue, QueueFull
from shared.errors import Overloaded

_OTHER_TURNS = 8
"""One place in so many goes to each priority in turn: lists are slow then, but they come."""


class Gate:
    """So many are inside at a time. Others wait for a place: by priority, callers in turn within
    one, each caller's in the order of coming; and beyond so many waiting, nobody waits."""

    def __init__(self, places: int, *, most_waiting: int, patience: float) -> None:
        """`patience` in seconds is the longest wait for a place."""
        self._places = self._free = places
        self._patience = patience
        self._queue: FairQueue[asyncio.Future[None]] = FairQueue(
            most_waiting, most_waiting, other_turns=_OTHER_TURNS
        )

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def full(self, priority: int) -> bool:
        """Whether `enter` would be refused."""
        return not self._free and self._queue.full(priority)

    async def enter(self, priority: int, lane: Hashable) -> None:
        """One `leave` has to follow. Raises Overloaded, at once, and TimeoutError."""
        if self._free:  # then nobody waits: places are handed over
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        try:
            self._queue.put(lane, turn, priority)
        except QueueFull:
            raise Overloaded(retry_after=1) from None
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.leave()  # the place was handed over to somebody who was just going away
            else:
                self._queue.drop(turn)
            raise

    def leave(self) -> None:
        """The place goes to the next one, if anybody waits."""
        while taken := self._queue.take(1):
            if not taken[0].done():
                taken[0].set_result(None)
                return
        if self._free == self._places:
            raise RuntimeError("more leave than have entered")
        self._free += 1
