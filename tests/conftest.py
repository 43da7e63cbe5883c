"""One embedded PostgreSQL for the whole run, and an empty migrated database per test."""

import asyncio
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from demo.instance import PROGRAMS
from infrastructure.postgres.embedded import EmbeddedPostgres

T = TypeVar("T")

pytest_plugins = ["tests.faces.server", "tests.adapters.stripe.real"]


# The same examples everywhere, however slow the machine is. Others:
# --hypothesis-profile=default --hypothesis-seed=7.
settings.register_profile(
    "tests",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--deployment",
        choices=sorted(PROGRAMS),
        default="monolith",
        help="what features and parity talk to: one process, or one for each service",
    )


# The tests' data is thrown away: no need to wait for the disk.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_MANY = {"max_connections": "400"}  # several systems run beside each other here


def in_thread(work: Callable[[], Awaitable[T]]) -> T:
    """Run ``work`` on a loop of its own, so that plain and async tests alike can ask for it."""

    async def main() -> T:
        return await work()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(main())).result()


class Databases:
    """Makes databases on one server, each a copy of a migrated one; milliseconds, not seconds."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._migrated: str | None = None

    def create(self) -> str:
        """The application's address of a new database: the newest schema, no rows. Its login owns
        nothing, as it should be everywhere: every test runs behind the walls."""
        if self._migrated is None:
            # Here, because Alembic is slow to import and most tests need no database.
            from infrastructure.postgres.migrations import upgrade

            self._migrated = self._new(template="template1")
            address = self._server.url(self._migrated)
            in_thread(lambda: upgrade(address))
        return self._server.login_url(self._new(template=self._migrated))

    def owner(self, url: str) -> str:
        """The address of the same database for who owns its tables: for looking behind the walls,
        and for emptying them."""
        return self._server.url(url.rsplit("/", 1)[1])

    def drop(self, url: str) -> None:
        """Remove it; whoever is still connected is disconnected."""
        self._execute(f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)')

    def _new(self, template: str) -> str:
        name = f"test_{uuid.uuid4().hex}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        # What is granted on a database is not copied with it.
        self._execute(f'REVOKE CREATE, TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        return name

    def _execute(self, statement: str) -> None:
        async def work() -> None:
            connection = await asyncpg.connect(self._server.url())
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        in_thread(work)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The server of this run (of this worker, with xdist)."""
    with tempfile.TemporaryDirectory(prefix="holdfast-tests-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", settings=_FAST | _MANY)
        in_thread(server.__aenter__)
        try:
            yield server
        finally:
            in_thread(lambda: server.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def postgres_url(postgres: EmbeddedPostgres) -> str:
    """The server's own database: for statistics and for making others; it has no schema."""
    return postgres.url()


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Databases:
    """For tests that want more than one database, or one for a whole module."""
    return Databases(postgres)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated database of the test's own."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def owner_url(databases: Databases, database_url: str) -> str:
    """The same database, for its owner."""
    return databases.owner(database_url)
