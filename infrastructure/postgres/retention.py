"""Retention on PostgreSQL: a day is a partition. Tables and their partitions belong to whoever
migrates; what is done here goes through functions that check what they are asked for."""

import logging
from collections.abc import Awaitable
from datetime import timedelta

from application.ports.retention import Kept, Retention
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM
from infrastructure.postgres.partitions import PARTITIONED
from shared.errors import DatabaseUnavailable

_logger = logging.getLogger(__name__)

_MAKE = "SELECT holdfast_make_partition($1, current_date + $2::int) AS done"
_DROP = "SELECT holdfast_drop_partition($1, $2, $3) AS done"
_OLD = """
    SELECT parent, name FROM holdfast_partitions
    WHERE parent = $1 AND until <= clock_timestamp() - $2::interval
    ORDER BY until
"""

# What the functions ask for at least: nobody's sale of today is dropped by a mistake in a setting.
_DAY = timedelta(days=1)


class PostgresRetention(Retention):
    """Each partition is a transaction of its own, which waits for others for a moment only, since
    sales wait behind it; one that did not get its locks leaves the rest to be done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self, *, days: int) -> int:
        made, trouble = 0, _Trouble()
        for parent in PARTITIONED:
            for ahead in range(days + 1):
                asked = f"{parent} in {ahead} days"
                made += await trouble.overcome(asked, self._done(_MAKE, parent, ahead))
        trouble.tell()
        return made

    async def drop_old(self, kept: Kept) -> int:
        dropped, trouble = 0, _Trouble()
        needed: list[str] = []
        for parent, age in zip(PARTITIONED, (kept.holds, kept.facts, kept.keys), strict=True):
            age = max(age, _DAY)
            for row in await self._database.fetch(_OLD, parent, age, as_=SYSTEM):
                name = str(row["name"])
                gone = await trouble.overcome(name, self._done(_DROP, parent, name, age))
                dropped += gone
                if not gone and name not in trouble.names:
                    needed.append(name)
        if needed:
            _logger.info("older than asked for, but something is needed: %s", ", ".join(needed))
        trouble.tell()
        return dropped

    async def _done(self, statement: str, *args: object) -> bool:
        (row,) = await self._database.fetch(statement, *args, as_=SYSTEM)
        return bool(row["done"])


class _Trouble:
    """What did not work, so that the rest can go on first."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._last: DatabaseUnavailable | None = None

    async def overcome(self, name: str, attempt: Awaitable[bool]) -> bool:
        try:
            return await attempt
        except DatabaseUnavailable as error:
            self.names.append(name)
            self._last = error
            return False

    def tell(self) -> None:
        """Raises DatabaseUnavailable if there was any."""
        if self._last is not None:
            _logger.warning("partitions that are tried again: %s", ", ".join(self.names))
            raise self._last
