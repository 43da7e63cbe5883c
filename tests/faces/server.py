"""The server that features and parity talk to: the real process with a database of its own."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import asyncpg
import pytest

from demo.instance import Addresses, Instance
from infrastructure.postgres.audit import Discrepancy, audit
from tests.conftest import Databases, in_thread
from tests.faces.outcome import Face
from tests.faces.rest import RestFace
from tests.faces.rpc import GrpcFace

# What they assert is worth explaining, too.
pytest.register_assert_rewrite("tests.features", "tests.parity")

SECRET = "a secret of these tests only, and long enough"
LATE_SECONDS = 600
"""A slow bank says yes when a test tells it to, not before."""


@pytest.fixture(scope="session")
def addresses(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Addresses]:
    """Where main.py listens; it is stopped as an operator would, and must end well."""
    url = databases.create()
    settings = {
        "DATABASE__URL": url,
        "SECRET_KEY": SECRET,
        "AUTH__ACCESS_TOKEN_TTL_SECONDS": "3600",
        "PAYMENT__SIMULATED__LATE_SECONDS": str(LATE_SECONDS),
    }
    data_dir: Path = tmp_path_factory.mktemp("server")
    instance = Instance(data_dir, settings)
    found = instance.start()
    yield found
    instance.stop()
    wrong = in_thread(lambda: _audit(url))
    databases.drop(url)
    assert wrong == [], "whatever the tests did, the books must be right"


async def _audit(url: str) -> list[Discrepancy]:
    connection = await asyncpg.connect(url)
    try:
        return await audit(connection)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def faces(addresses: Addresses) -> Iterator[Mapping[str, Face]]:
    both: dict[str, Face] = {
        "rest": RestFace(addresses.rest_url),
        "grpc": GrpcFace(addresses.grpc_target),
    }
    yield both
    for face in both.values():
        face.close()
