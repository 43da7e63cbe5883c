"""One call of one operation, in the order the product promises."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from uuid import uuid4

from google.protobuf.message import Message as Wire

from application.messages import Message
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
    call = CURRENT.get()
    # A message that cannot be read has no key one could complain about.
    key = getattr(request, "request_id", "") if call.readable else str(uuid4())
    ctx = replace(call.ctx, idempotency_key=key or None)
    try:
        ctx = await operation.admit(ctx)
        if not call.readable:
            raise MalformedRequest()
        message = read(request)
    except AppError as refusal:
        operation.refuse(refusal, ctx)
        raise
    return await operation(message, ctx)
