"""Watchers of real processes: each has a connection of its own. And waiting for what they do."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

import grpc
import httpx2
from websockets.asyncio.client import connect

from grpc_app.clients.client import bearer
from grpc_app.generated.holdfast.v1.event_pb2 import Availability, WatchAvailabilityRequest
from grpc_app.generated.holdfast.v1.event_pb2_grpc import EventServiceStub
from grpc_app.generated.holdfast.v1.order_pb2 import OrderUpdate, WatchOrderRequest
from grpc_app.generated.holdfast.v1.order_pb2_grpc import OrderServiceStub
from tests.core.proc import connections

T = TypeVar("T")


@asynccontextmanager
async def events(url: str, token: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The data of Server-Sent Events."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        async with client.stream("GET", url, headers=headers) as response:
            assert response.status_code == 200, await response.aread()

            async def data() -> AsyncIterator[dict[str, Any]]:
                async for line in response.aiter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line.removeprefix("data: "))

            yield data()


@asynccontextmanager
async def web_socket(url: str, token: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """What a WebSocket says, as a browser opens it."""
    protocols: Any = ["holdfast.live", f"bearer.{token}"]
    address = url.replace("http", "ws", 1)
    async with connect(address, subprotocols=protocols, open_timeout=60) as opened:
        assert opened.subprotocol == "holdfast.live"

        async def data() -> AsyncIterator[dict[str, Any]]:
            async for text in opened:
                yield json.loads(text)["data"]

        yield data()


@asynccontextmanager
async def updates(
    target: str, order_id: str, token: str
) -> AsyncIterator[AsyncIterator[OrderUpdate]]:
    """Of an order, over gRPC."""
    options = (("grpc.use_local_subchannel_pool", 1),)
    async with grpc.aio.insecure_channel(target, options=options) as channel:
        asked = WatchOrderRequest(order_id=order_id)
        call = OrderServiceStub(channel).WatchOrder(asked, metadata=bearer(token))
        assert "x-request-id" in dict(await call.initial_metadata())
        yield aiter(call)
        call.cancel()


@asynccontextmanager
async def figures(
    target: str, event_id: str, token: str
) -> AsyncIterator[AsyncIterator[Availability]]:
    """What is left of an event, over gRPC."""
    async with grpc.aio.insecure_channel(target) as channel:
        asked = WatchAvailabilityRequest(event_id=event_id)
        call = EventServiceStub(channel).WatchAvailability(asked, metadata=bearer(token))
        assert "x-request-id" in dict(await call.initial_metadata())
        yield aiter(call)
        call.cancel()


def wait_for(condition: Callable[[], bool]) -> None:
    """It costs nothing where it comes true at once."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


async def soon(told: AsyncIterator[Any]) -> Any:
    return await asyncio.wait_for(anext(told), 60)


async def until(told: AsyncIterator[T], wanted: Callable[[T], bool]) -> None:
    """They say how it is, and then how it becomes."""
    while not wanted(await soon(told)):
        pass


def available(said: Any) -> int:
    """Over either face."""
    types = said["ticket_types"] if isinstance(said, dict) else said.ticket_types
    [only] = types
    return int(only["available"] if isinstance(only, dict) else only.available)


async def at_both(
    stack: AsyncExitStack,
    processes: Callable[[], list[int]],
    port: int,
    watch: Callable[[], AbstractAsyncContextManager[Any]],
) -> list[Any]:
    """Watchers, as many as it takes until each process has some."""
    watchers: list[Any] = []
    while len(watchers) < 2 or not all(connections(pid, port) for pid in processes()):
        assert len(watchers) < 64, "one process is never asked"
        watchers.append(await stack.enter_async_context(watch()))
    return watchers
