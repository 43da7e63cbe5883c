"""The server that features, parity and others talk to: the real process with a database of its own.

Each module has another one: what one leaves behind, its endpoints and open payments, is nothing to
the next, whichever modules a worker is given.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import asyncpg
import pytest

from demo.instance import Addresses, Instance
from infrastructure.postgres.audit import Discrepancy, audit
from tests.conftest import Databases, in_thread
from tests.faces.letters import Letters
from tests.faces.outcome import Face
from tests.faces.rest import RestFace
from tests.faces.rpc import GrpcFace

# What they assert is worth explaining, too.
pytest.register_assert_rewrite("tests.features", "tests.parity")

SECRET = "a secret of these tests only, and long enough"
LATE_SECONDS = 600
"""A slow bank says yes when a test tells it to, not before."""
FOUNDER = {"email": "founder@example.org", "password": "correct horse battery", "name": "Ruth"}
"""Whoever registers first, before any test does."""

UNVERIFIED_UNITS = 20
"""That many of one event are enough for buyers of these tests whose address nobody has verified."""

# Nobody is refused because the host was busy: how long one waits for what is tested elsewhere.
PATIENT = {
    "DATABASE__CONNECT_TIMEOUT_SECONDS": "20",
    "DATABASE__LOCK_TIMEOUT_MS": "20000",
    "DATABASE__STATEMENT_TIMEOUT_MS": "25000",
    "IDEMPOTENCY__WAIT_SECONDS": "20",
    "PAYMENT__TIMEOUT_SECONDS": "10",
}

# All callers come from one address, and some of them are in a hurry: what limits them is tested by
# tests/limits. Passwords are hashed as cheaply as settings allow, and letters are not waited for.
UNHURRIED = {
    "AUTH__PASSWORD_MEMORY_KIB": "8192",
    "AUTH__LOGIN_FREE_FAILURES_PER_ADDRESS": "1000000",
    "AUTH__LOGIN_FREE_FAILURES_GLOBALLY": "1000000",
    "HOLDS__MAX_UNITS_PER_UNVERIFIED_BUYER": str(UNVERIFIED_UNITS),
    "HOLDS__SWEEP_INTERVAL_SECONDS": "0.2",
    "PLATFORM__FEE_BASIS_POINTS": "500",
    "PLATFORM__FEE_PER_TICKET": '{"EUR": 50}',
    "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "0",
    "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR": "0",
    "MAIL__TRANSPORT": "file",
    "OVERLOAD__MOST_PER_CALLER": "0",
    # Receivers of webhooks are on this machine.
    "WEBHOOKS__ALLOW_HTTP": "true",
    "WEBHOOKS__ALLOWED_NETWORKS": "127.0.0.0/8",
    "WEBHOOKS__ALLOWED_PORTS": "0",
}


@pytest.fixture(scope="module")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its DATA_DIR."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def addresses(
    databases: Databases, server_folder: Path, pytestconfig: pytest.Config
) -> Iterator[Addresses]:
    """Where it listens; it is stopped as an operator would, and must end well."""
    url = databases.create()
    owner = databases.owner(url)
    settings = {
        "DATABASE__URL": url,
        "DATABASE__MIGRATION_URL": owner,
        "SECRET_KEY": SECRET,
        "AUTH__ACCESS_TOKEN_TTL_SECONDS": "3600",
        "PAYMENT__SIMULATED__LATE_SECONDS": str(LATE_SECONDS),
        **PATIENT,
        **UNHURRIED,
    }
    deployment = pytestconfig.getoption("--deployment")
    instance = Instance(server_folder, settings, deployment=deployment)
    found = instance.start()
    _register_founder(found)
    yield found
    instance.stop()
    wrong = in_thread(lambda: _audit(owner))
    databases.drop(url)
    assert wrong == [], "whatever the tests did, the books must be right"


async def _audit(url: str) -> list[Discrepancy]:
    connection = await asyncpg.connect(url)
    try:
        return await audit(connection)
    finally:
        await connection.close()


def _register_founder(addresses: Addresses) -> None:
    face = GrpcFace(addresses.grpc_target)
    try:
        assert face.call("Register", FOUNDER, token=None).ok()["superuser"] is True
    finally:
        face.close()


@pytest.fixture(scope="module")
def letters(addresses: Addresses, server_folder: Path) -> Letters:
    """What the server wrote to people."""
    assert addresses.rest_url
    return Letters(server_folder / "mail")


@pytest.fixture(scope="module")
def faces(addresses: Addresses) -> Iterator[Mapping[str, Face]]:
    both: dict[str, Face] = {
        "rest": RestFace(addresses.rest_url),
        "grpc": GrpcFace(addresses.grpc_target),
    }
    yield both
    for face in both.values():
        face.close()
