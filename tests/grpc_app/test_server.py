"""What the server offers, where it listens, and how it ends."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from grpc_reflection.v1alpha import reflection_pb2 as wire

from application.messages import Context, Message
from grpc_app.clients.client import HoldfastClient
from grpc_app.server import FILES, SERVICES, GrpcConfig, GrpcServer
from tests.grpc_app import sampled, samples
from tests.grpc_app.calling import METHODS, create_hold
from tests.grpc_app.conftest import Readiness
from tests.grpc_app.scripted import TOKEN, Script


def test_the_methods_are_the_operations(script: Script) -> None:
    names = [operation.name for operation in script.application.operations()]
    assert sorted(names) == sorted(METHODS)
    assert sum(len(s.methods) for f in FILES for s in f.services_by_name.values()) == len(names)


def test_the_services() -> None:
    groups = (
        ("Auth", "User", "Guest", "Organizer", "Member", "ApiKey")
        + ("Event", "Hold", "Order", "Ticket")
        + ("Webhook", "Attention", "Fact")
    )
    assert SERVICES == tuple(f"holdfast.v1.{group}Service" for group in groups)


async def reflected(channel: grpc.aio.Channel, **asked: str) -> wire.ServerReflectionResponse:
    async def requests() -> AsyncIterator[wire.ServerReflectionRequest]:
        yield wire.ServerReflectionRequest(**asked)  # type: ignore[arg-type]

    call: grpc.aio.StreamStreamMultiCallable[
        wire.ServerReflectionRequest, wire.ServerReflectionResponse
    ] = channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        request_serializer=wire.ServerReflectionRequest.SerializeToString,
        response_deserializer=wire.ServerReflectionResponse.FromString,
    )
    (response,) = [each async for each in call(requests(), timeout=60)]
    return response


async def test_reflection_lists_every_service(channel: grpc.aio.Channel) -> None:
    response = await reflected(channel, list_services="")
    assert {service.name for service in response.list_services_response.service} == {
        *SERVICES,
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


async def test_reflection_describes_them(channel: grpc.aio.Channel) -> None:
    response = await reflected(channel, file_containing_symbol="holdfast.v1.HoldService")
    described = response.file_descriptor_response.file_descriptor_proto
    assert any(b"CreateHoldRequest" in file for file in described)


async def test_reflection_can_be_turned_off(script: Script) -> None:
    config = GrpcConfig(port=0, reflection=False)
    server = GrpcServer(script.application, config, ready=Readiness())
    await server.start()
    async with grpc.aio.insecure_channel(server.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await reflected(channel, list_services="")
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    await server.stop(0)


async def test_a_port_in_use_is_an_error(server: GrpcServer, script: Script) -> None:
    other = GrpcServer(script.application, GrpcConfig(port=server.port), ready=Readiness())
    with pytest.raises(RuntimeError):
        await other.start()


async def test_a_port_can_be_shared(script: Script) -> None:
    one = GrpcServer(script.application, GrpcConfig(port=0, reuse_port=True), ready=Readiness())
    await one.start()
    other = GrpcServer(
        script.application, GrpcConfig(port=one.port, reuse_port=True), ready=Readiness()
    )
    await other.start()
    assert other.port == one.port
    await one.stop(0)
    await other.stop(0)


async def test_the_address_is_the_bound_one(server: GrpcServer) -> None:
    assert server.port > 0
    assert server.address == f"127.0.0.1:{server.port}"


async def test_stopping_lets_calls_finish(script: Script) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def does(message: Message[object], ctx: Context) -> object:
        started.set()
        await go_on.wait()
        return samples.HOLD

    script.does["CreateHold"] = does
    server = GrpcServer(script.application, GrpcConfig(port=0), ready=Readiness())
    await server.start()
    async with HoldfastClient(server.address, token=TOKEN) as client, asyncio.timeout(60):
        call = client.holds.CreateHold(create_hold())
        await started.wait()
        stopping = asyncio.create_task(server.stop(600))
        await asyncio.sleep(0)
        go_on.set()
        assert (await call).id == str(sampled.HOLD_ID)
        await stopping
