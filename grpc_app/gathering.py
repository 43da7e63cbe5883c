"""Calls that come at the same time go on together.

grpc hands calls over one by one, some turns of the event loop apart. What they need of the database
is read and written for many at once; if each went ahead by itself, each would be asked for alone.
"""

import asyncio
from typing import Final

_QUIET_TURNS: Final = 16
"""So many turns of the loop without another call, and nobody else is coming: grpc needs a few for
each one it hands over. A turn in which nothing happens takes some microseconds."""
_MOST: Final = 64
"""Enough company to go on with."""


class Gathering:
    """There is no timer: whoever is alone goes on at once, others as soon as nobody follows."""

    def __init__(self) -> None:
        self._inside = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._watching: asyncio.Task[None] | None = None

    async def enter(self) -> None:
        """One `leave` has to follow, also where this is cancelled."""
        self._inside += 1
        if self._inside == 1:
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="calls that come together")
        await turn

    def leave(self) -> None:
        self._inside -= 1

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
