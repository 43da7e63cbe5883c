"""Time passes: moments that are stored are moved back in the database, nobody sleeps."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
           latest_expiry = latest_expiry - $2::interval, created_at = created_at - $2::interval,
           ended_at = ended_at - $2::interval
       WHERE event_id = $1""",
)

_SHIFTS_OF_A_PERSON = (
    """UPDATE sessions SET rotated_at = rotated_at - $2::interval,
           created_at = sessions.created_at - $2::interval, expires_at = expires_at - $2::interval,
           ended_at = ended_at - $2::interval
       FROM users WHERE users.id = sessions.user_id AND users.email = $1""",
    """UPDATE proofs SET created_at = proofs.created_at - $2::interval,
           expires_at = expires_at - $2::interval, used_at = used_at - $2::interval
       FROM users WHERE users.id = proofs.user_id AND users.email = $1""",
    """UPDATE invitations SET created_at = created_at - $2::interval,
           expires_at = expires_at - $2::interval WHERE email = $1""",
)

_SHIFT_KEYS = """
UPDATE api_keys SET created_at = created_at - $2::interval, expires_at = expires_at - $2::interval,
    last_used_at = last_used_at - $2::interval WHERE organizer_id = $1
"""

_SHIFT_ATTEMPTS = """
UPDATE login_attempts SET last_at = last_at - $1::interval WHERE key LIKE 'account:%'
"""

# One buyer makes more holds in a run of these features than in ten minutes of real life.
_LONG_AGO = "UPDATE holds SET created_at = created_at - interval '1 day' WHERE event_id = $1"

# Nor does anybody invite as many people in a day.
_INVITED_LONG_AGO = """
UPDATE invitations SET created_at = invitations.created_at - interval '1 day' FROM events
 WHERE invitations.organizer_id = events.organizer_id AND events.id = $1
"""

_RIPEN = """
UPDATE simulator.intents SET ripens_at = intents.created_at,
       refunds = regexp_replace(refunds::text, $2, $3, 'g')::jsonb,
       disputes = regexp_replace(disputes::text, $2, $3, 'g')::jsonb
  FROM orders
 WHERE intents.order_id = orders.id AND orders.event_id = $1 AND ripens_at IS NOT NULL
"""
_MOMENT, _LONG_PAST = '"ripens_at": *"[^"]*"', '"ripens_at": "2000-01-01T00:00:00Z"'


class Database:
    """A connection of the tests' own, on a loop of its own: steps are synchronous."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = ThreadPoolExecutor(1)
        self._connection: asyncpg.Connection = self._run(lambda: asyncpg.connect(url))

    def pass_minutes(self, event_id: str, minutes: int) -> None:
        """For everything that was sold of this event so far."""

        self._shift(_SHIFTS, UUID(event_id), timedelta(minutes=minutes))

    def pass_for(self, email: str, span: timedelta) -> None:
        """For the sessions of the account with that address, and for what was mailed to it."""
        self._shift(_SHIFTS_OF_A_PERSON, email, span)

    def pass_for_keys(self, organizer_id: str, span: timedelta) -> None:
        """For the organizer's API keys."""
        self._shift((_SHIFT_KEYS,), UUID(organizer_id), span)

    def pass_for_attempts(self, span: timedelta) -> None:
        """For attempts at the password of any account."""
        self._shift((_SHIFT_ATTEMPTS,), span)

    def verify(self, email: str) -> None:
        """As if its account had used the token of the mail."""
        self.fetch("UPDATE users SET email_verified = true WHERE email = $1", email)

    def long_ago(self, event_id: str) -> None:
        """Holds of this event, and invitations of its organizer, were made a day before, and
        lasted a day longer."""
        self._shift((_LONG_AGO, _INVITED_LONG_AGO), UUID(event_id))

    def ripen(self, event_id: str) -> None:
        """For the bank time passes apart from us: what it is working on comes to its end."""
        self._run(lambda: self._connection.execute(_RIPEN, UUID(event_id), _MOMENT, _LONG_PAST))

    def fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        return self._run(lambda: self._connection.fetch(statement, *values))

    def close(self) -> None:
        self._run(self._connection.close)
        self._thread.submit(self._loop.close).result()
        self._thread.shutdown()

    def _shift(self, statements: Sequence[str], *values: object) -> None:
        async def work() -> None:
            async with self._connection.transaction():
                for statement in statements:
                    await self._connection.execute(statement, *values)

        self._run(work)

    def _run(self, work: Callable[[], Awaitable[T]]) -> T:
        async def main() -> T:
            return await work()

        return self._thread.submit(lambda: self._loop.run_until_complete(main())).result()
