"""The PostgreSQL adapter under test, with its log."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from infrastructure.postgres.cursors import PostgresLogReaders
from infrastructure.postgres.database import Database
from infrastructure.postgres.log import PostgresFactLog
from infrastructure.postgres.session import Session
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.log import LogHarness

_HELD = """
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class PostgresLogHarness(PostgresHarness, LogHarness):
    """`standing` lends the two connections on which readers keep their locks."""

    def __init__(self, database: Database, owner: Owner, standing: Database) -> None:
        super().__init__(database, owner)
        self.log = PostgresFactLog(database)
        self.readers = PostgresLogReaders(standing)
        self.other_readers = PostgresLogReaders(standing)

    @contextmanager
    def slow_commits(self, pause: Callable[[], float]) -> Iterator[None]:
        commit = Session.commit

        async def slowly(session: Session) -> None:
            await asyncio.sleep(pause())
            await commit(session)

        with patch.object(Session, "commit", slowly):
            yield

    async def close(self) -> None:
        for each in (self.readers, self.other_readers):
            if isinstance(each, PostgresLogReaders):
                await each.close()
        async with asyncio.timeout(60):  # the server lets go a moment after the connection went
            while await self.owner.fetch(_HELD):
                await asyncio.sleep(0.005)


class OnPostgresWithLog:
    @pytest.fixture
    async def harness(
        self, contract_database: Database, contract_shared: Database, contract_owner: Owner
    ) -> AsyncIterator[PostgresLogHarness]:
        harness = PostgresLogHarness(contract_database, contract_owner, contract_shared)
        await harness.empty()
        yield harness
        await harness.close()
