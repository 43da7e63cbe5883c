"""Rate limits: what a caller is told of them, and whom a call counts against."""

from collections.abc import AsyncIterator

import grpc
import pytest

from application.errors import RateLimited
from application.limits import WriteLimits
from application.ports.limits import Allowance, Limit
from domain.hold.errors import HoldNotFound
from grpc_app.clients.client import bearer
from grpc_app.clients.errors import refusal_of
from grpc_app.limits import of_limits
from grpc_app.server import GrpcConfig, GrpcServer
from tests.grpc_app import samples
from tests.grpc_app.calling import bytewise, path, sample
from tests.grpc_app.conftest import Readiness
from tests.grpc_app.scripted import TOKEN, Script

ACTOR = Limit(name="actor", quota=2, window_seconds=3600)
PLACE = Limit(name="place", quota=100, window_seconds=60)


@pytest.fixture
def script() -> Script:
    return Script(WriteLimits(per_actor=ACTOR, per_address=PLACE))


async def told(
    channel: grpc.aio.Channel, operation: str, *metadata: tuple[str, str]
) -> tuple[grpc.StatusCode, grpc.aio.Metadata]:
    data = sample(operation).SerializeToString()
    call = bytewise(channel, path(operation))(
        data, metadata=(*bearer(TOKEN), *metadata), timeout=60
    )
    return await call.code(), await call.trailing_metadata()


def test_the_words() -> None:
    """Those of the RateLimit fields; parts of seconds are whole ones."""
    left = Allowance(limit=PLACE, remaining=50, reset_seconds=29.1, retry_seconds=0)
    none = Allowance(limit=ACTOR, remaining=0, reset_seconds=3600, retry_seconds=1799.2)
    assert list(of_limits((left, none))) == [
        ("ratelimit-policy", '"place";q=100;w=60, "actor";q=2;w=3600'),
        ("ratelimit", '"place";r=50;t=30, "actor";r=0;t=1800'),
    ]
    assert list(of_limits(())) == []


async def test_every_answer_tells_what_is_left(script: Script, channel: grpc.aio.Channel) -> None:
    script.answers("CreateHold", samples.HOLD)
    code, trailing = await told(channel, "CreateHold")
    assert code is grpc.StatusCode.OK
    assert trailing["ratelimit-policy"] == '"actor";q=2;w=3600, "place";q=100;w=60'
    assert trailing["ratelimit"] == '"actor";r=1;t=1800, "place";r=99;t=1'


async def test_refusals_tell_it_too(script: Script, channel: grpc.aio.Channel) -> None:
    script.raises("CreateHold", HoldNotFound())
    code, trailing = await told(channel, "CreateHold")
    assert code is grpc.StatusCode.NOT_FOUND
    assert trailing["ratelimit"] == '"actor";r=1;t=1800, "place";r=99;t=1'


async def test_too_many(script: Script, channel: grpc.aio.Channel) -> None:
    script.answers("CreateHold", samples.HOLD)
    for _ in range(2):
        assert (await told(channel, "CreateHold"))[0] is grpc.StatusCode.OK
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await bytewise(channel, path("CreateHold"))(b"", metadata=bearer(TOKEN), timeout=60)
    refusal = refusal_of(refused.value)
    assert type(refusal) is RateLimited
    assert refusal.metadata == {"limit": "actor"}
    assert refusal.retry_after == 1800
    trailing = dict(refused.value.trailing_metadata() or ())
    # Refused for one, nothing is counted against the others.
    assert trailing["ratelimit"] == '"actor";r=0;t=1800, "place";r=98;t=2'
    assert len(script.received) == 2


async def test_reading_is_not_limited(script: Script, channel: grpc.aio.Channel) -> None:
    script.answers("GetHold", samples.HOLD)
    for _ in range(3):
        code, trailing = await told(channel, "GetHold")
        assert code is grpc.StatusCode.OK
        assert trailing.get("ratelimit") is None


@pytest.fixture
async def behind_a_proxy(script: Script) -> AsyncIterator[grpc.aio.Channel]:
    config = GrpcConfig(port=0, trusted_proxies=("127.0.0.0/8",))
    server = GrpcServer(script.application, config, ready=Readiness())
    await server.start()
    async with grpc.aio.insecure_channel(server.address) as channel:
        yield channel
    await server.stop(0)


async def test_the_address_is_the_peers(script: Script, channel: grpc.aio.Channel) -> None:
    script.answers("GetHold", samples.HOLD)
    await told(channel, "GetHold", ("x-forwarded-for", "192.0.2.1"))
    assert script.received[0][1].address == "127.0.0.1"


async def test_the_address_is_what_a_trusted_proxy_says(
    script: Script, behind_a_proxy: grpc.aio.Channel
) -> None:
    script.answers("GetHold", samples.HOLD)
    await told(behind_a_proxy, "GetHold", ("x-forwarded-for", "6.6.6.6, 192.0.2.1"))
    assert script.received[0][1].address == "192.0.2.1"


def test_a_proxy_that_is_no_network(script: Script) -> None:
    config = GrpcConfig(port=0, trusted_proxies=("proxy.example",))
    with pytest.raises(ValueError):
        GrpcServer(script.application, config, ready=Readiness())
