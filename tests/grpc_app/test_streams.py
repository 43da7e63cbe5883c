"""Server streams over the wire."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import grpc
import pytest

from application.errors import RateLimited, ReaderSlow, StreamEnded, TokenRevoked
from application.live.room import StreamLimits
from application.messages import Context, Message
from domain.event.errors import EventNotFound
from grpc_app import interceptors
from grpc_app.clients.client import HoldfastClient, bearer
from grpc_app.clients.errors import refusal_of
from grpc_app.generated.holdfast.v1.event_pb2 import Availability, WatchAvailabilityRequest
from grpc_app.generated.holdfast.v1.event_pb2_grpc import EventServiceStub
from grpc_app.server import GrpcConfig, GrpcServer
from tests.grpc_app.calling import DEADLINES
from tests.grpc_app.sampled import EVENT_ID
from tests.grpc_app.samples import AVAILABILITY
from tests.grpc_app.scripted import TOKEN, Script

NAME = "WatchAvailability"
ASKED = WatchAvailabilityRequest(event_id=str(EVENT_ID))
FEWER = replace(
    AVAILABILITY,
    ticket_types=tuple(replace(each, available=1) for each in AVAILABILITY.ticket_types),
)


def left(told: Availability) -> int:
    return told.ticket_types[0].available


async def until(script: Script, open: int) -> None:
    async with asyncio.timeout(60):
        while script.room.open != open:
            await asyncio.sleep(0.01)


async def test_now_and_each_change(script: Script, client: HoldfastClient) -> None:
    script.answers(NAME, AVAILABILITY)
    told = aiter(client.events.WatchAvailability(ASKED))
    assert left(await anext(told)) == AVAILABILITY.ticket_types[0].available
    script.answers(NAME, FEWER)
    await script.feed.publish([NAME])
    assert left(await anext(told)) == 1
    script.answers(NAME, None)
    await script.feed.publish([NAME])
    assert [each async for each in told] == []
    await until(script, open=0)
    assert script.heard.completions == [NAME]


async def test_its_id_comes_first(script: Script, channel: grpc.aio.Channel) -> None:
    script.answers(NAME, AVAILABILITY)
    call = EventServiceStub(channel).WatchAvailability(ASKED, metadata=bearer(TOKEN))
    assert (await call.initial_metadata())["x-request-id"]
    call.cancel()


@pytest.mark.parametrize("how", ["cancelled", "deadline"])
async def test_who_leaves_has_left(how: str, script: Script, channel: grpc.aio.Channel) -> None:
    begun: list[int] = []

    async def look(message: Message[object], ctx: Context) -> object:
        begun.append(script.room.open)
        return AVAILABILITY

    script.does[NAME] = look
    stub = EventServiceStub(channel)
    if how == "cancelled":
        call = stub.WatchAvailability(ASKED, metadata=bearer(TOKEN))
        await anext(aiter(call))
        call.cancel()
    else:
        for seconds in DEADLINES:
            call = stub.WatchAvailability(ASKED, metadata=bearer(TOKEN), timeout=seconds)
            assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
            if begun:
                break
    assert begun[0] == 1
    await until(script, open=0)


async def test_a_refusal_at_the_door_and_in_the_midst(
    script: Script, client: HoldfastClient
) -> None:
    script.raises(NAME, EventNotFound())
    with pytest.raises(EventNotFound):
        await anext(aiter(client.events.WatchAvailability(ASKED)))
    script.answers(NAME, AVAILABILITY)
    told = aiter(client.events.WatchAvailability(ASKED))
    await anext(told)
    script.raises(NAME, TokenRevoked())
    await script.feed.publish([NAME])
    with pytest.raises(TokenRevoked):
        await anext(told)
    assert script.room.open == 0


async def test_a_bug_is_anonymous(script: Script, channel: grpc.aio.Channel) -> None:
    script.raises(NAME, ValueError("the secret"))
    call = EventServiceStub(channel).WatchAvailability(ASKED, metadata=bearer(TOKEN))
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await anext(aiter(call))
    assert failed.value.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in str(failed.value)
    assert [str(bug) for bug in script.heard.bugs] == ["the secret"]


async def test_the_process_ends(script: Script, client: HoldfastClient) -> None:
    script.answers(NAME, AVAILABILITY)
    told = aiter(client.events.WatchAvailability(ASKED))
    await anext(told)
    script.feed.end()
    with pytest.raises(StreamEnded) as ended:
        await anext(told)
    assert ended.value.retry_after == 1


@pytest.fixture
async def narrow() -> AsyncIterator[tuple[Script, HoldfastClient]]:
    """One stream for each caller."""
    script = Script(streams=StreamLimits(per_person=1, recheck=timedelta(seconds=60)))
    server = GrpcServer(script.application, GrpcConfig(port=0), ready=_ready)
    await server.start()
    async with HoldfastClient(server.address, token=TOKEN) as client:
        yield script, client
    await server.stop(0)


async def _ready() -> bool:
    return True


async def test_too_many(narrow: tuple[Script, HoldfastClient]) -> None:
    script, client = narrow
    script.answers(NAME, AVAILABILITY)
    told = aiter(client.events.WatchAvailability(ASKED))
    await anext(told)
    with pytest.raises(RateLimited) as refused:
        await anext(aiter(client.events.WatchAvailability(ASKED)))
    assert refused.value.retry_after


async def test_who_does_not_read_is_hung_up_on(
    script: Script, channel: grpc.aio.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, many = 0, AVAILABILITY.ticket_types * 2000

    async def ever_more(message: Message[object], ctx: Context) -> object:
        nonlocal number
        number += 1
        return replace(AVAILABILITY, ticket_types=(replace(many[0], available=number), *many))

    script.does[NAME] = ever_more
    call = EventServiceStub(channel).WatchAvailability(ASKED, metadata=bearer(TOKEN))
    await anext(aiter(call))
    monkeypatch.setattr(interceptors, "_SLOW_SECONDS", 0.2)
    async with asyncio.timeout(60):
        while script.room.open:  # of its own accord it reads no more
            await script.feed.publish([NAME])
            await asyncio.sleep(0.001)
    with pytest.raises(grpc.aio.AioRpcError) as hung_up:
        async for _ in call:
            pass
    assert type(refusal_of(hung_up.value)) is ReaderSlow
    assert number < 1000
