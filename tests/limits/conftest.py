"""Processes with small budgets: two that count together, and one by itself."""

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.instance import Instance
from tests.adapters.ports import kept_port
from tests.adapters.redis.server import Valkey
from tests.conftest import Databases
from tests.faces.outcome import Face
from tests.faces.rest import RestFace
from tests.faces.rpc import GrpcFace
from tests.faces.server import SECRET

ACTOR, ADDRESS, ANONYMOUS = 3, 4, 3
"""Writes in a minute. They are few: the next one comes back only after what a test does at once."""
NEW_BUYERS = 100
"""In an hour."""

_BUDGETS = {
    "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": str(ACTOR),
    "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": str(ADDRESS),
    "LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE": str(ANONYMOUS),
    "LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR": str(NEW_BUYERS),
    "LIMITS__TRUSTED_PROXIES": "127.0.0.0/8, ::1/128",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two processes with one database and one server of rate limits. They believe what proxies on
    this machine say, so that every test comes from addresses of its own."""

    first: Mapping[str, Face]
    second: Mapping[str, Face]
    valkey: Valkey
    owner_url: str

    @property
    def faces(self) -> tuple[Face, ...]:
        return (*self.first.values(), *self.second.values())


@pytest.fixture(scope="package")
def valkey() -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="holdfast-tests-") as folder, kept_port() as port:
        server = Valkey(Path(folder), port)
        try:
            server.start()
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="package")
def pair(
    databases: Databases, valkey: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    url = databases.create()
    settings = {**_settings(databases, url), **_BUDGETS, "REDIS__URL": valkey.url}
    folders = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
    with _running(folders, settings) as (first, second):
        owner_url = databases.owner(url)
        yield Pair(first=first, second=second, valkey=valkey, owner_url=owner_url)
    databases.drop(url)


@pytest.fixture(scope="package")
def trusting_nobody(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Face]]:
    """It limits those without a token only, and believes no proxy."""
    url = databases.create()
    settings = {
        **_settings(databases, url),
        "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "0",
        "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "0",
        "LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE": str(ANONYMOUS),
        "LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR": "0",
    }
    with _running([tmp_path_factory.mktemp("alone")], settings) as (faces,):
        yield faces
    databases.drop(url)


def _settings(databases: Databases, url: str) -> Mapping[str, str]:
    return {
        "DATABASE__URL": url,
        "DATABASE__MIGRATION_URL": databases.owner(url),
        "SECRET_KEY": SECRET,
        "AUTH__PASSWORD_MEMORY_KIB": "8192",
        # However slow everything is here, Redis is asked, and locks are waited for.
        "REDIS__TIMEOUT_SECONDS": "30",
        "DATABASE__LOCK_TIMEOUT_MS": "60000",
        "DATABASE__STATEMENT_TIMEOUT_MS": "60000",
    }


@contextmanager
def _running(
    folders: list[Path], settings: Mapping[str, str]
) -> Iterator[tuple[Mapping[str, Face], ...]]:
    """Started side by side, stopped as an operator would."""
    instances = [Instance(folder, settings) for folder in folders]
    try:
        with ThreadPoolExecutor(len(instances)) as threads:
            found = list(threads.map(Instance.start, instances))
        faces: list[dict[str, Face]] = [
            {"rest": RestFace(each.rest_url), "grpc": GrpcFace(each.grpc_target)} for each in found
        ]
        yield tuple(faces)
        for face in (each for both in faces for each in both.values()):
            face.close()
        with ThreadPoolExecutor(len(instances)) as threads:
            list(threads.map(Instance.stop, instances))
    finally:
        for instance in instances:
            instance.kill()
