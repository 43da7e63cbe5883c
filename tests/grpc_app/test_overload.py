"""A full house and too many calls at a time, over gRPC."""

import asyncio

import grpc
import pytest

from application.errors import RateLimited
from application.in_flight import CallLimits
from application.messages import Context, Message, Priority
from grpc_app.clients.client import bearer
from grpc_app.clients.errors import refusal_of
from shared.errors import AppError, Overloaded
from tests.grpc_app import samples
from tests.grpc_app.calling import bytewise, path, sample
from tests.grpc_app.scripted import TOKEN, Script


@pytest.fixture
def script() -> Script:
    """Full for lists; and one call of a caller at a time."""
    return Script(
        in_flight=CallLimits(per_person=1), full=lambda priority: priority is Priority.LIST
    )


async def refusal(channel: grpc.aio.Channel, operation: str, token: str = TOKEN) -> AppError:
    data = sample(operation).SerializeToString()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await bytewise(channel, path(operation))(data, metadata=bearer(token), timeout=60)
    found = refusal_of(refused.value)
    assert found is not None
    assert refused.value.code().name == found.code.name
    return found


@pytest.mark.parametrize("token", [TOKEN, "no token"])
async def test_a_full_house(script: Script, channel: grpc.aio.Channel, token: str) -> None:
    """It is looked at before any token is."""
    refused = await refusal(channel, "ListOrders", token)
    assert type(refused) is Overloaded
    assert refused.retry_after == 1 and refused.metadata == {}
    assert script.received == []


async def test_others_are_served(script: Script, channel: grpc.aio.Channel) -> None:
    script.answers("CreateHold", samples.HOLD)
    data = sample("CreateHold").SerializeToString()
    await bytewise(channel, path("CreateHold"))(data, metadata=bearer(TOKEN), timeout=60)
    ((_, ctx),) = script.received
    assert ctx.priority is Priority.SALE


async def test_too_many_calls_at_a_time(script: Script, channel: grpc.aio.Channel) -> None:
    begun, end = asyncio.Event(), asyncio.Event()

    async def hold(message: Message[object], ctx: Context) -> object:
        begun.set()
        await end.wait()
        return samples.HOLD

    script.does["GetHold"] = hold
    data = sample("GetHold").SerializeToString()
    first = bytewise(channel, path("GetHold"))(data, metadata=bearer(TOKEN), timeout=60)
    await asyncio.wait_for(begun.wait(), 60)
    refused = await refusal(channel, "GetHold")
    assert type(refused) is RateLimited
    assert refused.retry_after == 1
    assert refused.metadata == {"limit": "in_flight", "most": "1"}
    end.set()
    await first
    await bytewise(channel, path("GetHold"))(data, metadata=bearer(TOKEN), timeout=60)
