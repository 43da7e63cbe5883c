"""A cluster of our own in a temporary folder, and databases in it that begin as copies of one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from infrastructure.postgres.embedded import EmbeddedPostgres
from infrastructure.postgres.migrations import upgrade

TEMPLATE = "bench_template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    server: EmbeddedPostgres
    folder: Path

    def url(self, database: str) -> str:
        """For the owner of the tables."""
        return self.server.url(database)

    def login_url(self, database: str) -> str:
        """For the application, which owns nothing."""
        return self.server.login_url(database)

    async def copy(self, database: str, *, of: str = TEMPLATE) -> None:
        """A new database; nobody may be connected to the old one."""
        await self.run("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{of}"')

    async def run(self, database: str, *statements: str) -> None:
        connection = await asyncpg.connect(self.url(database))
        try:
            for statement in statements:
                await connection.execute(statement, timeout=600)
        finally:
            await connection.close()

    def postmaster(self) -> int:
        """The process id of the server; all its others are children of it."""
        file = self.folder / "postgres" / "cluster" / "postmaster.pid"
        return int(file.read_text().splitlines()[0])


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[Cluster]:
    """Running, with a migrated database to copy. Settings are those of `make run`, with fsync and
    synchronous_commit on, but for connections: several servers run beside each other."""
    settings = {"max_connections": "400"}
    async with EmbeddedPostgres(folder / "postgres", settings=settings) as server:
        made = Cluster(server=server, folder=folder)
        await made.run("postgres", f'CREATE DATABASE "{TEMPLATE}"')
        await upgrade(made.url(TEMPLATE))
        yield made
