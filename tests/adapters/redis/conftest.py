"""One server for the contract, and one per test that mistreats it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.ports import kept_port
from tests.adapters.redis.server import Valkey


def _running() -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="holdfast-tests-") as folder, kept_port() as port:
        server = Valkey(Path(folder), port)
        try:
            server.start()
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    yield from _running()


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    yield from _running()
