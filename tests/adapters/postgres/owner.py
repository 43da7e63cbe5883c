"""The owner of the tables, whom no wall stops: sets scenes, and looks at what is really there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import asyncpg
import msgspec

from infrastructure.postgres.connections import Lent, Record

# Worlds are furnished as the system, which in earnest may not write these.
_FURNISH = "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO holdfast_system"


class Owner:
    """Open it with `async with`."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> Self:
        self._pool = await asyncpg.create_pool(
            self._url, min_size=1, max_size=2, init=_prepare, server_settings={"timezone": "UTC"}
        )
        await self.fetch(_FURNISH)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._pool.close()

    async def fetch(self, sql: str, *args: object) -> list[Record]:
        return await self._pool.fetch(sql, *args)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Lent]:
        """One of its own; an open transaction is undone."""
        async with self._pool.acquire() as connection:
            try:
                yield connection
            finally:
                await connection.execute("ROLLBACK")


async def _prepare(connection: "asyncpg.Connection[Record]") -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
