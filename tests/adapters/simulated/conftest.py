"""One database for all of these tests; each empties it first."""

from collections.abc import Iterator

import pytest

from tests.conftest import Databases


@pytest.fixture(scope="session")
def simulator_url(databases: Databases) -> Iterator[str]:
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def simulator_owner_url(databases: Databases, simulator_url: str) -> str:
    return databases.owner(simulator_url)
