"""Calls that come at the same time go on together.

What they need of a database is read and written for many at once, at a price for each time. A face
hands calls over one by one, some turns of the event loop apart; if each went ahead by itself, there
would be few in each read and each group.
"""

import asyncio
from typing import Final

_QUIET_TURNS: Final = 16
"""So many turns of the loop without another call, and nobody else is coming: grpc needs a few for
each one it hands over. A turn in which nothing happens takes some microseconds."""
_MOST: Final = 64
"""Enough company to go on with."""


class Gathering:
    """There is no timer: they go on as soon as nobody follows. Who knows to be alone does not come
    here at all."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []
        self._watching: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Waits for those who come at the same time."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="calls that come together")
        await turn

    async def _watch(self) -> None:
        try:
            while self._waiting:
                await self._until_quiet()
                together, self._waiting = self._waiting, []
                for turn in together:
                    if not turn.done():  # whoever has gone away is done
                        turn.set_result(None)
        finally:
            self._watching = None

    async def _until_quiet(self) -> None:
        quiet, known = 0, len(self._waiting)
        while quiet < _QUIET_TURNS and known < _MOST:
            await asyncio.sleep(0)
            came = len(self._waiting) - known
            quiet, known = (0 if came else quiet + 1), known + came
