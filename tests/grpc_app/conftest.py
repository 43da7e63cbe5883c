"""A real server on a free port of the loopback, in front of scripted operations."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
import pytest

from grpc_app.clients.client import HoldfastClient
from grpc_app.server import GrpcConfig, GrpcServer
from tests.grpc_app.scripted import TOKEN, Script

LARGEST = 16 * 1024


@dataclass
class Readiness:
    """What the process says when asked; an exception is raised."""

    says: bool | Exception = True

    async def __call__(self) -> bool:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def ready() -> Readiness:
    return Readiness()


@pytest.fixture
async def server(script: Script, ready: Readiness) -> AsyncIterator[GrpcServer]:
    config = GrpcConfig(port=0, max_message_bytes=LARGEST, health_seconds=0.02)
    server = GrpcServer(script.application, config, ready=ready)
    await server.start()
    yield server
    await server.stop(0)


@pytest.fixture
async def client(server: GrpcServer) -> AsyncIterator[HoldfastClient]:
    async with HoldfastClient(server.address, token=TOKEN) as client:
        yield client


@pytest.fixture
async def channel(server: GrpcServer) -> AsyncIterator[grpc.aio.Channel]:
    """Without any help of our client: bytes in, bytes out."""
    async with grpc.aio.insecure_channel(server.address) as channel:
        yield channel
