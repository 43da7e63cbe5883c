"""One call from end to end: the order of checks, and everything that can go wrong on the way."""

import asyncio

import grpc
import pytest
import structlog

from application.errors import (
    IdempotencyKeyInvalid,
    IdempotencyKeyRequired,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
)
from application.messages import Context, Message
from application.ports.unit_of_work import KeyTaken
from domain.hold.errors import HoldNotFound
from grpc_app.clients.client import HoldfastClient, bearer, replayed
from grpc_app.clients.errors import refusal_of
from grpc_app.generated.holdfast.v1 import hold_pb2
from shared.errors import (
    AppError,
    DeadlineExceeded,
    FieldInvalid,
    Internal,
    MalformedRequest,
    OperationUnknown,
    RequestTooLarge,
)
from tests.grpc_app import sampled, samples
from tests.grpc_app.calling import DEADLINES, bytewise, create_hold, path
from tests.grpc_app.conftest import LARGEST
from tests.grpc_app.scripted import TOKEN, Script

BAD_KEY, BAD_SHAPE = "short", create_hold(quantity=None)
UNREADABLE = b"\xff\xff\xff"
NOT_UTF8 = b"\x0a\x01\xff"  # the first field, a text


async def raw(
    channel: grpc.aio.Channel, data: bytes, *, token: str | None = TOKEN, method: str = ""
) -> AppError | None:
    """What the server refuses, as an exception; no helper has looked at the bytes."""
    sent = bytewise(channel, method or path("CreateHold"))
    try:
        await sent(data, metadata=bearer(token) if token else (), timeout=60)
    except grpc.aio.AioRpcError as error:
        refusal = refusal_of(error)
        assert refusal is not None, error
        return refusal
    return None


def wire(key: str, quantity: int | None) -> bytes:
    return create_hold(quantity=quantity, key=key).SerializeToString()


@pytest.mark.parametrize(
    ("token", "data", "reason"),
    [
        (None, b"\0" * (LARGEST + 1), RequestTooLarge),
        (None, UNREADABLE, TokenMissing),
        (None, wire(BAD_KEY, None), TokenMissing),
        ("bad", wire(BAD_KEY, None), TokenInvalid),
        ("old", wire(BAD_KEY, None), TokenExpired),
        (TOKEN, UNREADABLE, MalformedRequest),
        (TOKEN, NOT_UTF8, MalformedRequest),
        (TOKEN, wire("", None), IdempotencyKeyRequired),
        (TOKEN, wire(BAD_KEY, None), IdempotencyKeyInvalid),
        (TOKEN, BAD_SHAPE.SerializeToString(), FieldInvalid),
        (TOKEN, create_hold().SerializeToString(), HoldNotFound),
    ],
)
async def test_the_order_of_checks(
    token: str | None,
    data: bytes,
    reason: type[AppError],
    script: Script,
    channel: grpc.aio.Channel,
) -> None:
    script.raises("CreateHold", HoldNotFound())
    refusal = await raw(channel, data, token=token)
    assert type(refusal) is reason
    assert bool(script.received) == (reason is HoldNotFound)
    heard = [type(error) for _, error, _ in script.heard.refusals]
    assert heard == ([] if reason is RequestTooLarge else [reason])


async def test_a_far_too_large_message_is_refused_by_grpc(
    script: Script, channel: grpc.aio.Channel
) -> None:
    assert type(await raw(channel, b"\0" * (8 * LARGEST))) is RequestTooLarge
    assert not script.received


async def test_a_small_message_may_not_grow(script: Script, client: HoldfastClient) -> None:
    """The limit counts what compression unpacks."""
    request = create_hold(key="x" * (50 * LARGEST))
    with pytest.raises(RequestTooLarge):
        await client.holds.CreateHold(request, compression=grpc.Compression.Gzip)
    assert not script.received


@pytest.mark.parametrize(
    "method", ["/holdfast.v1.HoldService/Steal", "/other.Service/Call", "/x", "/" + "x" * 7000]
)
async def test_an_unknown_method(method: str, channel: grpc.aio.Channel) -> None:
    refusal = await raw(channel, b"", method=method)
    assert type(refusal) is OperationUnknown
    assert refusal.metadata == {"method": method[:200]}


async def test_an_unknown_stream(channel: grpc.aio.Channel) -> None:
    call: grpc.aio.StreamStreamCall[bytes, bytes]
    call = channel.stream_stream("/holdfast.v1.HoldService/Watch")(timeout=60)
    assert await call.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_replay_says_so(script: Script, client: HoldfastClient) -> None:
    script.answers("CreateHold", samples.HOLD)
    first = client.holds.CreateHold(create_hold())
    answer = await first
    assert not await replayed(first)
    script.raises("CreateHold", KeyTaken())
    script.store.stored = samples.HOLD
    again = client.holds.CreateHold(create_hold())
    assert await again == answer
    assert await replayed(again)


async def test_a_replayed_refusal_says_so(script: Script, channel: grpc.aio.Channel) -> None:
    script.raises("CreateHold", KeyTaken())
    script.store.stored = HoldNotFound()
    call = bytewise(channel, path("CreateHold"))(
        create_hold().SerializeToString(), metadata=bearer(TOKEN), timeout=60
    )
    assert await call.code() is grpc.StatusCode.NOT_FOUND
    assert (await call.trailing_metadata())["idempotency-replayed"] == "true"


async def test_a_bug_is_anonymous(script: Script, channel: grpc.aio.Channel) -> None:
    script.raises("CreateHold", RuntimeError("the secret"))
    call = bytewise(channel, path("CreateHold"))(
        create_hold().SerializeToString(), metadata=bearer(TOKEN), timeout=60
    )
    assert await call.code() is grpc.StatusCode.INTERNAL
    assert await call.details() == Internal.title
    trailing = await call.trailing_metadata()
    assert not any("secret" in str(value) for _, value in trailing)
    (bug,) = script.heard.bugs
    assert str(bug) == "the secret"


async def test_a_bug_of_the_face_is_anonymous_and_logged_once(
    script: Script, channel: grpc.aio.Channel
) -> None:
    """An answer that cannot be translated."""
    script.answers("CreateHold", "the secret, which is no HoldView")
    with structlog.testing.capture_logs() as lines:
        refusal = await raw(channel, create_hold().SerializeToString())
    assert type(refusal) is Internal
    assert "secret" not in repr((refusal.message, refusal.metadata))
    failed = [line for line in lines if line["event"] == "failed"]
    assert [type(line["exc_info"]) for line in failed] == [AttributeError]
    assert refusal.metadata == {"request_id": failed[0]["request_id"]}


async def test_every_call_is_one_line_in_the_log(
    script: Script, client: HoldfastClient, channel: grpc.aio.Channel
) -> None:
    script.answers("CreateHold", samples.HOLD)
    with structlog.testing.capture_logs() as lines:
        await client.holds.CreateHold(create_hold(), metadata=(("x-request-id", "one"),))
        await raw(channel, b"", token=None)
    said = [(line["method"], line["code"], line["reason"]) for line in lines]
    method = "/holdfast.v1.HoldService/CreateHold"
    assert said == [(method, "OK", None), (method, "UNAUTHENTICATED", "TOKEN_MISSING")]
    assert lines[0]["request_id"] == "one"
    assert lines[0]["peer"].startswith("ipv4:127.0.0.1:")
    assert lines[0]["ms"] >= 0


async def test_lines_of_a_call_carry_its_id_and_no_other(
    script: Script, client: HoldfastClient
) -> None:
    bound: list[object] = []

    async def does(message: Message[object], ctx: Context) -> object:
        await asyncio.sleep(0.01)
        bound.append((ctx.request_id, structlog.contextvars.get_contextvars()["request_id"]))
        return samples.HOLD

    script.does["GetHold"] = does
    request = hold_pb2.GetHoldRequest(hold_id=str(sampled.HOLD_ID))
    ids = [f"id-{number}" for number in range(20)]
    await asyncio.gather(
        *(client.holds.GetHold(request, metadata=(("x-request-id", id),)) for id in ids)
    )
    assert sorted(bound) == sorted((id, id) for id in ids)  # type: ignore[type-var]
    assert "request_id" not in structlog.contextvars.get_contextvars()


async def test_a_deadline_cancels_the_operation(script: Script, client: HoldfastClient) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def does(message: Message[object], ctx: Context) -> object:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        raise AssertionError("nobody sets this event")

    script.does["CreateHold"] = does
    with structlog.testing.capture_logs() as lines:
        for seconds in DEADLINES:
            with pytest.raises(DeadlineExceeded):
                await client.holds.CreateHold(create_hold(), timeout=seconds)
            if started.is_set():
                break
        async with asyncio.timeout(60):
            await cancelled.wait()
    assert {line["code"] for line in lines} == {"CANCELLED"}
    assert not script.heard.bugs

    script.answers("CreateHold", samples.HOLD)
    assert (await client.holds.CreateHold(create_hold())).id == str(sampled.HOLD_ID)


async def test_cancelling_the_caller_cancels_the_operation(
    script: Script, client: HoldfastClient
) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def does(message: Message[object], ctx: Context) -> object:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError("nobody sets this event")

    script.does["CreateHold"] = does

    async def buy() -> None:
        await client.holds.CreateHold(create_hold())

    async with asyncio.timeout(60):
        buying = asyncio.create_task(buy())
        await started.wait()
        buying.cancel()
        await cancelled.wait()
        with pytest.raises(asyncio.CancelledError):
            await buying
