"""Conservation: no unit is missing, and none is there twice."""

from uuid import UUID

import asyncpg

from bench.model import Broken
from infrastructure.postgres.audit import audit

_COUNTED = "SELECT coalesce(sum(held + sold), 0)::bigint FROM stock WHERE event_id = $1"


class Ledger:
    """What was acknowledged of one event, over all that is measured in a stage: a request that
    nobody waited for may still be carried out while the next side is measured."""

    def __init__(self, url: str, event_id: UUID) -> None:
        self._url = url
        self._event_id = event_id
        self._first: int | None = None
        self._answered = 0
        self._in_flight = 0

    async def open(self) -> None:
        """Before any load."""
        if self._first is None:
            self._first = await self._counted()

    async def add(self, what: str, *, answered: int, in_flight: int) -> None:
        """Raises Broken where a unit is missing, or one too many is taken."""
        self._answered += answered
        self._in_flight += in_flight
        if self._first is None:
            raise RuntimeError("the ledger is opened before the load")
        check_taken(
            what,
            taken=await self._counted() - self._first,
            answered=self._answered,
            in_flight=self._in_flight,
        )

    async def _counted(self) -> int:
        """Units of the event that are taken, as its counters say."""
        connection = await asyncpg.connect(self._url)
        try:
            return int(await connection.fetchval(_COUNTED, self._event_id))
        finally:
            await connection.close()


def check_taken(what: str, *, taken: int, answered: int, in_flight: int) -> None:
    """Every answered hold took its unit, and no more were taken than asked for: those whose answer
    nobody waited for may have taken theirs. Raises Broken."""
    if not answered <= taken <= answered + in_flight:
        raise Broken(
            f"{what}: {answered} holds were acknowledged and {taken} units taken"
            f" (at most {in_flight} requests were under way when their callers left)"
        )


async def check_books(url: str, what: str) -> str:
    """The whole audit in one snapshot. Raises Broken with what it found."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            found = await audit(_Patient(connection))
            units = await connection.fetchval("SELECT sum(held + sold) FROM stock")
            holds = await connection.fetchval("SELECT count(*) FROM holds")
    finally:
        await connection.close()
    if found:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise Broken(f"{what}: {'; '.join(map(str, found[:5]))}{more}")
    return f"{what}: {holds:,} holds, {units:,} units taken, nothing missing"


class _Patient:
    """Millions of rows are read through; the usual time for a statement is not enough."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, /) -> list[asyncpg.Record]:
        return list(await self._connection.fetch(sql, timeout=600))
