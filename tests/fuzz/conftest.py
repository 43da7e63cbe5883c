"""The instance that is fuzzed, and what it must look like when all is over."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from demo.instance import Addresses, Instance
from infrastructure.postgres.audit import Discrepancy, audit
from tests.conftest import Databases, in_thread
from tests.fuzz.sizes import SIZES, Size

SETTINGS = {
    "SECRET_KEY": "a secret of these tests only, and long enough",
    "AUTH__ACCESS_TOKEN_TTL_SECONDS": "3600",
    "AUTH__LOGIN_FREE_FAILURES_PER_ADDRESS": "1000000",
    "AUTH__LOGIN_FREE_FAILURES_GLOBALLY": "1000000",
    "AUTH__PASSWORD_MEMORY_KIB": "8192",
    # One fuzzer sends more than any buyer: without this, all would be refused in the same words.
    "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "0",
    "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR": "0",
    "HOLDS__MAX_UNITS_PER_BUYER": "1000000",
    "HOLDS__MAX_UNITS_PER_UNVERIFIED_BUYER": "1000000",
    "HOLDS__MAX_PER_TEN_MINUTES": "1000000",
    "PAYMENT__SIMULATED__LATE_SECONDS": "0",
    "PAYMENT__SIMULATED__JITTER_SECONDS": "0",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fuzzing")
    group.addoption("--fuzz-seed", type=int, default=1, help="another number, other requests")
    group.addoption("--fuzz-size", choices=tuple(SIZES), default="small")


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fuzz-seed"))


@pytest.fixture(scope="session")
def size(request: pytest.FixtureRequest) -> Size:
    return SIZES[request.config.getoption("--fuzz-size")]


@pytest.fixture
def fuzzed(databases: Databases, tmp_path: Path) -> Iterator[Addresses]:
    """When it has been stopped, its books are right and its log has no bug in it."""
    url = databases.create()
    instance = Instance(tmp_path / "instance", {**SETTINGS, "DATABASE__URL": url})
    yield instance.start()
    instance.stop()
    said = instance.said(lines=1_000_000)
    wrong = in_thread(lambda: _audit(databases.owner(url)))
    databases.drop(url)
    assert wrong == [], "whatever was sent, the books must be right"
    assert "Traceback" not in said, said
    assert not [line for line in said.splitlines() if "error" in line.split()], said


async def _audit(url: str) -> list[Discrepancy]:
    connection = await asyncpg.connect(url)
    try:
        return await audit(connection)
    finally:
        await connection.close()
