"""The client: what it adds to a call, and what it makes of answers that are not ours."""

import asyncio
import socket
from dataclasses import replace

import grpc
import pytest

from application.auth.refresh_token import RefreshToken
from application.errors import RefreshTokenInvalid, TokenInvalid, TokenMissing
from grpc_app.clients.client import HoldfastClient, bearer
from grpc_app.clients.errors import ServerUnreachable, refusal_of
from grpc_app.generated.holdfast.v1.user_pb2 import GetMeRequest
from grpc_app.server import GrpcServer
from shared.errors import DeadlineExceeded, Internal, OperationUnknown, RequestTooLarge
from tests.grpc_app import samples
from tests.grpc_app.calling import create_hold
from tests.grpc_app.scripted import TOKEN, Script


async def test_login_keeps_the_token(script: Script, server: GrpcServer) -> None:
    script.answers("Login", samples.TOKENS)
    script.answers("GetMe", samples.USER)
    async with HoldfastClient(server.address) as client:
        with pytest.raises(TokenMissing):
            await client.users.GetMe(GetMeRequest())
        tokens = await client.login("ada@example.org", "secret")
        assert client.token == tokens.access_token == samples.TOKENS.access_token
        with pytest.raises(TokenInvalid):
            await client.users.GetMe(GetMeRequest())
        assert (await client.users.GetMe(GetMeRequest(), metadata=bearer(TOKEN))).name == "Ada Löw"


async def test_a_session_goes_on(script: Script, server: GrpcServer) -> None:
    script.answers("Login", samples.TOKENS)
    script.answers("RefreshToken", replace(samples.TOKENS, access_token=TOKEN, refresh_token="ghi"))
    script.answers("GetMe", samples.USER)
    async with HoldfastClient(server.address) as client:
        with pytest.raises(RefreshTokenInvalid):
            await client.refresh()
        assert not script.received
        await client.login("ada@example.org", "secret")
        assert client.refresh_token == samples.TOKENS.refresh_token
        await client.refresh()
        assert script.received[-1][0] == RefreshToken(refresh_token=samples.TOKENS.refresh_token)
        assert (client.token, client.refresh_token) == (TOKEN, "ghi")
        assert (await client.users.GetMe(GetMeRequest())).name == "Ada Löw"


async def test_a_refused_refresh_keeps_what_there_was(script: Script, server: GrpcServer) -> None:
    script.answers("Login", samples.TOKENS)
    script.raises("RefreshToken", RefreshTokenInvalid())
    async with HoldfastClient(server.address) as client:
        await client.login("ada@example.org", "secret")
        with pytest.raises(RefreshTokenInvalid):
            await client.refresh()
        assert client.refresh_token == samples.TOKENS.refresh_token


async def test_a_request_without_key_gets_one(script: Script, client: HoldfastClient) -> None:
    script.answers("CreateHold", samples.HOLD)
    request = create_hold(key="")
    await asyncio.gather(client.holds.CreateHold(request), client.holds.CreateHold(request))
    assert request.request_id == ""
    one, other = (ctx.idempotency_key for _, ctx in script.received)
    assert one and other and one != other


async def test_a_key_is_kept(script: Script, client: HoldfastClient) -> None:
    script.answers("CreateHold", samples.HOLD)
    await client.holds.CreateHold(create_hold(key="k" * 16))
    ((_, ctx),) = script.received
    assert ctx.idempotency_key == "k" * 16


async def test_nobody_there() -> None:
    with socket.socket() as silent:  # keeps the port, and never listens
        silent.bind(("127.0.0.1", 0))
        async with HoldfastClient(f"127.0.0.1:{silent.getsockname()[1]}") as client:
            with pytest.raises(ServerUnreachable):
                await client.users.GetMe(GetMeRequest())


def bare(code: grpc.StatusCode, details: str = "", *metadata: tuple[str, bytes]) -> object:
    error = grpc.aio.AioRpcError(
        code, grpc.aio.Metadata(), grpc.aio.Metadata(*metadata), details=details
    )
    return type(refusal_of(error))


def test_answers_of_grpc_itself() -> None:
    assert bare(grpc.StatusCode.UNAVAILABLE) is ServerUnreachable
    assert bare(grpc.StatusCode.DEADLINE_EXCEEDED) is DeadlineExceeded
    assert bare(grpc.StatusCode.UNIMPLEMENTED) is OperationUnknown
    assert bare(grpc.StatusCode.UNKNOWN) is Internal
    too_large = "SERVER: Received message larger than max (2 vs. 1)"
    assert bare(grpc.StatusCode.RESOURCE_EXHAUSTED, too_large) is RequestTooLarge
    assert bare(grpc.StatusCode.RESOURCE_EXHAUSTED, "Concurrent RPC limit exceeded!") is type(None)


def test_what_cannot_be_named_stays_as_it_is() -> None:
    details = ("grpc-status-details-bin", b"\xff\xff")
    assert bare(grpc.StatusCode.NOT_FOUND, "", details) is type(None)
    newer = ("grpc-status-details-bin", b"")
    assert bare(grpc.StatusCode.NOT_FOUND, "", newer) is type(None)
