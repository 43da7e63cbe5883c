"""What the contract suites share: one database, emptied before each of their tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from infrastructure.postgres.database import Database
from infrastructure.postgres.group import committer
from infrastructure.postgres.group.together import Together
from tests.adapters.postgres.batch import Batch, batches
from tests.adapters.postgres.harness import CONNECTIONS, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.rival import Rival, rival_of
from tests.conftest import Databases
from tests.contracts.world import World


def _patient(url: str, *, pool_min: int, pool_max: int) -> Database:
    """Whoever waits gets there in the end: how fast the machine is, is not what is asked."""
    return Database(
        url,
        pool_min=pool_min,
        pool_max=pool_max,
        connect_timeout=60,
        statement_timeout=60,
        lock_timeout=60,
    )


@pytest.fixture(scope="session")
def contract_url(databases: Databases) -> Iterator[str]:
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def contract_owner_url(databases: Databases, contract_url: str) -> str:
    return databases.owner(contract_url)


@pytest.fixture(scope="session")
async def contract_owner(contract_owner_url: str) -> AsyncIterator[Owner]:
    async with Owner(contract_owner_url) as owner:
        yield owner


@pytest.fixture(scope="session")
async def contract_database(contract_url: str) -> AsyncIterator[Database]:
    async with _patient(contract_url, pool_min=CONNECTIONS, pool_max=CONNECTIONS) as database:
        yield database


@pytest.fixture(scope="session")
async def contract_shared(contract_url: str) -> AsyncIterator[Database]:
    """For what many units of work do together: as many as in the product, or what frees stock would
    wait for those that stand by."""
    async with _patient(contract_url, pool_min=2, pool_max=6) as database:
        yield database


@pytest.fixture
async def rival(contract_owner_url: str) -> AsyncIterator[Rival]:
    """Who owns the tables, and gets in the way."""
    async with rival_of(contract_owner_url) as rival:
        yield rival


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups wait for locks for as long as anybody, so that they can be kept waiting."""
    monkeypatch.setattr(committer, "_LOCK_WAIT_MS", 60_000)


@pytest.fixture
async def batch(
    contract_database: Database,
    contract_shared: Database,
    contract_owner: Owner,
    contract_owner_url: str,
) -> AsyncIterator[Batch]:
    async with batches(
        contract_database, contract_shared, contract_owner, contract_owner_url
    ) as batch:
        yield batch


@pytest.fixture
async def elsewhere(batch: Batch, contract_url: str) -> AsyncIterator[World]:
    """The same sale in another process."""
    async with _patient(contract_url, pool_min=1, pool_max=6) as shared:
        together = Together(shared)
        database, owner = batch.harness.database, batch.harness.owner
        yield World(PostgresHarness(database, owner, together=together))
        await together.close()
