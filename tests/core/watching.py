"""Watchers of real processes: each has a connection of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import grpc
import httpx2
from websockets.asyncio.client import connect

from grpc_app.clients.client import bearer
from grpc_app.generated.holdfast.v1.event_pb2 import Availability, WatchAvailabilityRequest
from grpc_app.generated.holdfast.v1.event_pb2_grpc import EventServiceStub
from grpc_app.generated.holdfast.v1.order_pb2 import OrderUpdate, WatchOrderRequest
from grpc_app.generated.holdfast.v1.order_pb2_grpc import OrderServiceStub
from tests.core.proc import connections


@asynccontextmanager
async def events(url: str, token: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The data of Server-Sent Events."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
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
    async with connect(url.replace("http", "ws", 1), subprotocols=protocols) as opened:
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


async def soon(told: AsyncIterator[Any]) -> Any:
    return await asyncio.wait_for(anext(told), 10)


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
