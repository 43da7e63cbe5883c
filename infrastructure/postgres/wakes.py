"""Waking whoever waits for facts, in this process and in others, by NOTIFY.

A commit that notifies takes a lock which all of them share. So no sale does: it sets a flag here,
and a task of its own tells the others, at most so many times a second.
"""

import asyncio
import logging
from collections import defaultdict
from typing import Final

from application.ports.log import Wake
from infrastructure.postgres.connections import Lent, is_gone
from infrastructure.postgres.database import Database
from infrastructure.postgres.failures import ANY_TROUBLE
from infrastructure.postgres.identity import SYSTEM
from shared.errors import AppError

_logger = logging.getLogger(__name__)

CHANNEL: Final = "holdfast"
FACTS: Final = "facts"
"""Facts were committed."""
LOG: Final = "log"
"""Some of them were numbered."""
NOTIFY: Final = f"SELECT pg_notify('{CHANNEL}', $1)"

_BETWEEN: Final = 0.1
"""Seconds from one NOTIFY to the next. Each makes the background number what is new, and readers
read it: more often would cost whoever sells in the same process more than all of a sale."""
_AGAIN: Final = 1.0
"""Seconds until a connection that was lost is looked for again."""


class _Waiter(Wake):
    def __init__(self) -> None:
        self.event = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self.event.clear()


class Wakes:
    """`committed` is for whoever commits facts. `start` listens and tells until `close`; what is
    missed while there is no connection, nobody is told."""

    def __init__(self, database: Database) -> None:
        """Keeps one connection of `database` for itself."""
        self._database = database
        self._committed = asyncio.Event()
        self._waiters: dict[str, list[_Waiter]] = defaultdict(list)
        self._tasks: list[asyncio.Task[None]] = []

    def committed(self) -> None:
        """Costs nothing: it is on the way of every sale."""
        self._committed.set()

    def waiter(self, about: str) -> Wake:
        """For one who waits for FACTS or for LOG: what comes while nobody waits ends the next wait
        at once."""
        waiter = _Waiter()
        self._waiters[about].append(waiter)
        return waiter

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._tell(), name="telling of commits"),
            asyncio.create_task(self._listen(), name="listening for commits"),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def _wake(self, about: str) -> None:
        for waiter in self._waiters[about]:
            waiter.event.set()

    async def _tell(self) -> None:
        while True:
            await self._committed.wait()
            self._committed.clear()
            self._wake(FACTS)  # those here need not wait for the way there and back
            try:
                await self._database.fetch(NOTIFY, FACTS, as_=SYSTEM)
            except (AppError, *ANY_TROUBLE) as error:
                _logger.debug("nobody was told of a commit: %s", error)
            await asyncio.sleep(_BETWEEN)

    async def _listen(self) -> None:
        while True:
            try:
                connection = await self._database.lend()
                try:
                    await self._hear(connection)
                finally:
                    await self._database.give_back(connection, rollback=False)
            except (AppError, *ANY_TROUBLE) as error:
                _logger.debug("nothing is heard of commits: %s", error)
            await asyncio.sleep(_AGAIN)

    async def _hear(self, connection: Lent) -> None:
        """Until the connection is lost."""

        def heard(*notification: object) -> None:
            self._wake(str(notification[3]))

        await connection.add_listener(CHANNEL, heard)
        try:
            for about in (FACTS, LOG):  # before this nothing was heard
                self._wake(about)
            while not is_gone(connection):
                await asyncio.sleep(_AGAIN)
        finally:
            if not is_gone(connection):
                await connection.remove_listener(CHANNEL, heard)
