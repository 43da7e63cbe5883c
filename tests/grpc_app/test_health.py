"""Health as load balancers ask for it."""

import asyncio
from collections.abc import AsyncGenerator

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from grpc_app.server import SERVICES, GrpcConfig, GrpcServer
from tests.grpc_app.conftest import Readiness
from tests.grpc_app.scripted import Script

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


async def check(channel: grpc.aio.Channel, service: str) -> int:
    call: grpc.aio.UnaryUnaryMultiCallable[HealthCheckRequest, HealthCheckResponse]
    call = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    return (await call(HealthCheckRequest(service=service), timeout=60)).status


async def watch(channel: grpc.aio.Channel, service: str) -> AsyncGenerator[int, None]:
    call: grpc.aio.UnaryStreamMultiCallable[HealthCheckRequest, HealthCheckResponse]
    call = channel.unary_stream(
        "/grpc.health.v1.Health/Watch",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    async with asyncio.timeout(60):
        async for answer in call(HealthCheckRequest(service=service)):
            yield answer.status


@pytest.mark.parametrize("service", ["", *SERVICES])
async def test_anybody_may_ask(service: str, channel: grpc.aio.Channel) -> None:
    assert await check(channel, service) == SERVING


async def test_an_unknown_service(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await check(channel, "holdfast.v1.Nothing")
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("unready", [False, RuntimeError("no database")])
async def test_it_follows_readiness(
    unready: bool | Exception, ready: Readiness, channel: grpc.aio.Channel
) -> None:
    watching = watch(channel, SERVICES[0])
    assert await anext(watching) == SERVING
    ready.says = unready
    assert await anext(watching) == NOT_SERVING
    ready.says = True
    assert await anext(watching) == SERVING
    await watching.aclose()


async def test_a_process_that_is_not_ready_never_says_it_serves(script: Script) -> None:
    server = GrpcServer(
        script.application, GrpcConfig(port=0, health_seconds=60), ready=Readiness(False)
    )
    await server.start()
    async with grpc.aio.insecure_channel(server.address) as channel:
        assert await check(channel, "") == NOT_SERVING
    await server.stop(0)


async def test_draining_tells_watchers_and_lets_go_of_them(
    server: GrpcServer, channel: grpc.aio.Channel
) -> None:
    watching = watch(channel, "")
    assert await anext(watching) == SERVING
    async with asyncio.timeout(60):  # a watcher that stays would hold it for the whole grace
        await server.stop(600)
    assert [status async for status in watching] == [NOT_SERVING]


async def test_a_watcher_of_an_unknown_service_is_told(server: GrpcServer) -> None:
    async with grpc.aio.insecure_channel(server.address) as channel:
        watching = watch(channel, "holdfast.v1.Nothing")
        assert await anext(watching) == HealthCheckResponse.SERVICE_UNKNOWN
        await server.stop(600)
        assert [status async for status in watching] == []
