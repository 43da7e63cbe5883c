"""What the contract suites share: one database, emptied before each of their tests."""

from collections.abc import AsyncIterator

import pytest

from infrastructure.postgres.database import Database
from tests.adapters.postgres.harness import CONNECTIONS
from tests.conftest import Databases


@pytest.fixture(scope="session")
async def contract_database(databases: Databases) -> AsyncIterator[Database]:
    url = databases.create()
    async with Database(url, pool_min=1, pool_max=CONNECTIONS) as database:
        yield database
    databases.drop(url)
