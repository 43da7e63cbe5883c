"""Time passes: deadlines of one event's sale are moved back in the database, nobody sleeps."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import asyncpg

T = TypeVar("T")

_SHIFTS = (
    """UPDATE payments SET due_at = due_at - $2::interval, created_at = created_at - $2::interval
       WHERE event_id = $1""",
    """UPDATE orders SET deadline = deadline - $2::interval, created_at = created_at - $2::interval
       WHERE event_id = $1""",
    """UPDATE holds SET expires_at = expires_at - $2::interval,
           latest_expiry = latest_expiry - $2::interval, created_at = created_at - $2::interval
       WHERE event_id = $1 AND state = 'ACTIVE'""",
)


_RIPEN = """
UPDATE simulator.intents SET ripens_at = intents.created_at FROM orders
 WHERE intents.order_id = orders.id AND orders.event_id = $1 AND ripens_at IS NOT NULL
"""


class Database:
    """A connection of the tests' own, on a loop of its own: steps are synchronous."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = ThreadPoolExecutor(1)
        self._connection: asyncpg.Connection = self._run(lambda: asyncpg.connect(url))

    def pass_minutes(self, event_id: str, minutes: int) -> None:
        """For everything that was sold of this event so far."""

        async def shift() -> None:
            async with self._connection.transaction():
                for statement in _SHIFTS:
                    await self._connection.execute(
                        statement, UUID(event_id), timedelta(minutes=minutes)
                    )

        self._run(shift)

    def ripen(self, event_id: str) -> None:
        """For the bank time passes apart from us: what it is working on comes to its end."""
        self._run(lambda: self._connection.execute(_RIPEN, UUID(event_id)))

    def fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        return self._run(lambda: self._connection.fetch(statement, *values))

    def close(self) -> None:
        self._run(self._connection.close)
        self._thread.submit(self._loop.close).result()
        self._thread.shutdown()

    def _run(self, work: Callable[[], Awaitable[T]]) -> T:
        async def main() -> T:
            return await work()

        return self._thread.submit(lambda: self._loop.run_until_complete(main())).result()
