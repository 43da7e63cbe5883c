"""Each server is started when the first test asks for it, and said so."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tools.services import Kafka, RabbitMq, Redis, Server

S = TypeVar("S", bound=Server)

Start = Callable[[type[S]], S]


@pytest.fixture(scope="session")
def start(request: pytest.FixtureRequest) -> Iterator[Callable[[type[Server]], Server]]:
    """Starts a server that is gone with the session. What cannot be started fails the test and says
    what to install: nothing is skipped."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    servers: list[Server] = []

    def say(line: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{line}", flush=True)

    def start(kind: type[Server]) -> Server:
        server = kind(Path(folder) / kind.__name__)
        servers.append(server)
        say(f"starting {server.name} ...")
        server.start()
        say(f"{server.name} answers at {server.url} after {server.start_seconds:.1f} s")
        return server

    with tempfile.TemporaryDirectory(prefix="holdfast-services-") as folder:
        yield start
        for server in servers:
            server.kill()


@pytest.fixture(scope="session")
def kafka(start: Start[Kafka]) -> Kafka:
    return start(Kafka)


@pytest.fixture(scope="session")
def rabbitmq(start: Start[RabbitMq]) -> RabbitMq:
    return start(RabbitMq)


@pytest.fixture(scope="session")
def redis(start: Start[Redis]) -> Redis:
    return start(Redis)
