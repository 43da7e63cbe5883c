"""What happens around every call: its id, its errors as rich status, its line in the access log."""

from __future__ import annotations  # grpc's generics are so for type checkers only

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Final, TypeAlias, TypeVar, cast

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from application.errors import ReaderSlow
from application.messages import Context
from grpc_app.access import CallLine, logged_line
from grpc_app.context import CURRENT, REPLAYED, REQUEST_ID, Call, context_of
from grpc_app.errors import STATUS, status_of
from grpc_app.limits import of_limits
from shared.addresses import Network
from shared.errors import AppError, Internal, OperationUnknown, RequestTooLarge

_log = structlog.get_logger("holdfast.access")

_LONGEST_METHOD: Final = 200  # of one that does not exist, as it is answered
_SLOW_SECONDS: Final = 10.0  # that a reader of a stream may take to take what it is told
_UNKNOWN: Final = "…"  # as it is logged: people do put secrets into addresses

Q = TypeVar("Q")
A = TypeVar("A")
Handler: TypeAlias = "grpc.RpcMethodHandler[Q, A]"
Find: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[Handler[Q, A] | None]]"
Rpc = grpc.aio.ServicerContext[bytes, bytes]
Servicing = Callable[[Message, Rpc], Awaitable[Message]]
Telling = Callable[[Message, Rpc], AsyncGenerator[Message]]
Reading = Callable[[bytes], Message]


class Calls(grpc.aio.ServerInterceptor):
    """Stands around the methods of `package` and answers for those that nobody has.

    Messages are read and written here, so that neither can fail past our own error handling:
    grpc would send the text of any exception to the client. Those of more than `largest` bytes
    are refused. `trusted` are the proxies whose word on the caller's address is believed; `line`
    writes the line of a call.
    """

    def __init__(
        self,
        package: str,
        largest: int,
        trusted: Sequence[Network] = (),
        line: CallLine | None = None,
    ) -> None:
        self._prefix = f"/{package}."
        self._largest = largest
        self._trusted = trusted
        self._line = line or logged_line()
        self._around: dict[str, Handler[bytes, bytes]] = {}

    async def intercept_service(
        self, continuation: Find[Q, A], handler_call_details: grpc.HandlerCallDetails
    ) -> Handler[Q, A] | None:
        method = str(handler_call_details.method)
        if (around := self._around.get(method)) is None:
            handler = await continuation(handler_call_details)
            if handler is not None and not method.startswith(self._prefix):
                return handler
            around = (
                self._unknown(method[:_LONGEST_METHOD])
                if handler is None
                else self._surround(method, handler)
            )
        # Ours takes and gives bytes; what was behind it has its types inside.
        return cast("Handler[Q, A]", around)

    def _surround(self, method: str, handler: Handler[Q, A]) -> Handler[bytes, bytes]:
        if handler.response_streaming:
            return self._surround_stream(method, handler)
        servicing = cast(Servicing, handler.unary_unary)
        read = cast(Reading, handler.request_deserializer)

        async def answer(data: bytes, rpc: Rpc) -> bytes:
            message = self._read(data, read)
            return (await servicing(message, rpc)).SerializeToString()

        async def call(data: bytes, rpc: Rpc) -> bytes:
            return await self._observed(method, rpc, self._context(rpc), lambda: answer(data, rpc))

        around: Handler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(call)
        self._around[method] = around
        return around

    def _surround_stream(self, method: str, handler: Handler[Q, A]) -> Handler[bytes, bytes]:
        """Nothing is kept for a reader that takes its time: who does not take a message within some
        seconds is hung up on."""
        telling = cast(Telling, handler.unary_stream)
        read = cast(Reading, handler.request_deserializer)

        async def tell(data: bytes, rpc: Rpc) -> bytes:
            ctx = CURRENT.get().ctx
            began = False
            async with aclosing(telling(self._read(data, read), rpc)) as told:
                async for message in told:
                    headers = () if began else ((REQUEST_ID, ctx.request_id),)
                    await _sent(rpc, headers, message.SerializeToString())
                    began = True
            return b""

        async def call(data: bytes, rpc: Rpc) -> None:
            await self._observed(method, rpc, self._context(rpc), lambda: tell(data, rpc))

        around: Handler[bytes, bytes] = grpc.unary_stream_rpc_method_handler(call)
        self._around[method] = around
        return around

    def _read(self, data: bytes, read: Reading) -> Message:
        """What cannot be read is told to the call, and an empty message answered."""
        if len(data) > self._largest:
            raise RequestTooLarge(metadata={"most_bytes": self._largest})
        try:
            return read(data)
        except DecodeError:
            CURRENT.set(Call(CURRENT.get().ctx, readable=False))
            return read(b"")

    def _unknown(self, method: str) -> Handler[bytes, bytes]:
        """For a method that does not exist, whatever kind it was meant to be."""

        async def refuse() -> bytes:
            raise OperationUnknown(metadata={"method": method})

        async def call(requests: AsyncIterator[bytes], rpc: Rpc) -> None:
            await self._observed(_UNKNOWN, rpc, self._context(rpc), refuse)

        return grpc.stream_stream_rpc_method_handler(call)

    def _context(self, rpc: Rpc) -> Context:
        return context_of(rpc.invocation_metadata() or (), rpc.peer(), self._trusted)

    async def _observed(
        self, method: str, rpc: Rpc, ctx: Context, answer: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        started = time.perf_counter()
        CURRENT.set(Call(ctx, readable=True))
        structlog.contextvars.bind_contextvars(request_id=ctx.request_id)
        try:
            data = await answer()
        except AppError as error:
            refusal = error
        except asyncio.CancelledError:
            # The caller went away or its deadline passed; nobody hears an answer any more.
            self._say(method, rpc, ctx, grpc.StatusCode.CANCELLED, None, started)
            raise
        except Exception as bug:
            _log.error(
                "failed", face="grpc", method=method, request_id=ctx.request_id, exc_info=bug
            )
            refusal = Internal(metadata={"request_id": ctx.request_id})
        else:
            rpc.set_trailing_metadata(tuple(_trailing(ctx)))
            self._say(method, rpc, ctx, grpc.StatusCode.OK, None, started)
            return data
        status = rpc_status.to_status(status_of(refusal, ctx.request_id))
        self._say(method, rpc, ctx, STATUS[refusal.code], refusal.reason, started)
        await rpc.abort(
            status.code, status.details, (*_trailing(ctx), *(status.trailing_metadata or ()))
        )

    def _say(
        self,
        method: str,
        rpc: Rpc,
        ctx: Context,
        code: grpc.StatusCode,
        reason: str | None,
        started: float,
    ) -> None:
        ms = round((time.perf_counter() - started) * 1000, 2)
        self._line(method, code.name, reason, ms, rpc.peer(), ctx.request_id)


async def _sent(rpc: Rpc, headers: Sequence[tuple[str, str]], data: bytes) -> None:
    """Headers go before the first message. A caller who leaves is as one who has left: what the
    library says of a call that is over just before it cancels us is no mistake of ours."""
    try:
        async with asyncio.timeout(_SLOW_SECONDS):
            if headers:
                await rpc.send_initial_metadata(headers)
            await rpc.write(data)
    except TimeoutError:
        raise ReaderSlow(retry_after=1) from None
    except grpc.aio.InternalError as over:
        raise asyncio.CancelledError("the caller has left") from over


def _trailing(ctx: Context) -> Iterator[tuple[str, str]]:
    yield REQUEST_ID, ctx.request_id
    if ctx.reply.replayed:
        yield REPLAYED, "true"
    yield from of_limits(ctx.reply.allowances)
