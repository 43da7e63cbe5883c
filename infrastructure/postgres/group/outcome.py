"""What became of a group, also where the answer to its COMMIT never came."""

import asyncio
from enum import Enum, auto
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg

from application.ports.unit_of_work import StaleWrite
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM
from shared.errors import AppError

_ASK_EVERY: Final = 0.05
_ASK_FOR: Final = 10.0
"""Seconds: how often, and for how long, the outcome of a commit is asked for."""
_STATUS: Final = "SELECT pg_xact_status($1::text::xid8) AS status"
_TRACE: Final = "SELECT FROM outbox WHERE id = $1"


class Outcome(Enum):
    COMMITTED = auto()
    ALONE = auto()
    """Nothing was written; the unit of work commits by itself, and whatever is wrong with it, or
    with the connection, is its own matter then."""


Verdict: TypeAlias = "Outcome | BaseException"


async def outcome_of(database: Database, transaction: int, trace: UUID | None) -> Outcome | None:
    """Whether a transaction whose end we did not see was committed; `trace` is a row that it
    wrote. Nobody is answered before that is known; where it stays unknown they are told so, and
    repeat their request with its key."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _ASK_FOR
    while loop.time() < deadline:
        try:
            (row,) = await database.fetch(_STATUS, str(transaction), as_=SYSTEM)
            if row["status"] == "aborted":
                return Outcome.ALONE
            if row["status"] == "committed":
                return await _traced(database, trace)
        except asyncpg.InvalidParameterValueError:
            return Outcome.ALONE  # the server crashed, and has never heard of that transaction
        except (AppError, StaleWrite):
            pass  # it is not there at the moment
        await asyncio.sleep(_ASK_EVERY)
    return None


async def _traced(database: Database, trace: UUID | None) -> Outcome:
    """Whether the transaction that was committed is ours. A server that crashed gives numbers
    of transactions which left nothing on its disk to others."""
    if trace is None or await database.fetch(_TRACE, trace, as_=SYSTEM):
        return Outcome.COMMITTED
    return Outcome.ALONE
