"""One call of one operation, in the order the product promises."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar
from uuid import uuid4

from google.protobuf.message import Message as Wire

from application.live.stream import Stream
from application.messages import Context, Message
from application.pipeline import Operation
from grpc_app.context import CURRENT
from shared.errors import AppError, MalformedRequest

W = TypeVar("W", bound=Wire)
M = TypeVar("M", bound=Message[object])
R = TypeVar("R")


async def perform(operation: Operation[M, R], read: Callable[[W], M], request: W) -> R:
    """Authentication, authorization, rate limits and key first, then the shape, then the operation.

    `read` translates the request and raises FieldInvalid. Raises AppError.
    """
    message, ctx = await _admitted(operation, read, request)
    return await operation(message, ctx)


async def perform_stream(
    stream: Stream[M, R], read: Callable[[W], M], request: W
) -> AsyncGenerator[R]:
    """In the same order, as long as there is something to tell. Raises AppError."""
    message, ctx = await _admitted(stream, read, request)
    async with aclosing(stream(message, ctx)) as told:
        async for each in told:
            if each is not None:  # else HTTP/2 itself shows that we are there
                yield each


async def _admitted(
    operation: Operation[M, R] | Stream[M, R], read: Callable[[W], M], request: W
) -> tuple[M, Context]:
    call = CURRENT.get()
    # A message that cannot be read has no key one could complain about.
    key = getattr(request, "request_id", "") if call.readable else str(uuid4())
    ctx = replace(call.ctx, idempotency_key=key or None)
    try:
        ctx = await operation.admit(ctx)
        if not call.readable:
            raise MalformedRequest()
        return read(request), ctx
    except AppError as refusal:
        operation.refuse(refusal, ctx)
        raise
