"""Refusals as they come back from a server, rebuilt into the classes they were there."""

import re

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from application.app import Application  # noqa: F401  # with it every reason is declared
from grpc_app.errors import DOMAIN
from shared.errors import (
    AppError,
    Code,
    DeadlineExceeded,
    Internal,
    OperationUnknown,
    RequestTooLarge,
    Violation,
)

_DETAILS = "grpc-status-details-bin"
_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class ServerUnreachable(AppError):
    """No answer of ours: the connection failed, or broke."""

    code, reason = Code.UNAVAILABLE, "SERVER_UNREACHABLE"
    title = "The server cannot be reached."


def refusal_of(error: grpc.aio.AioRpcError) -> AppError | None:
    """What the server raised; None for what has no class here (a newer server's reason, say)."""
    status = _status(error)
    if status is None:
        return _without_details(error)
    info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
    for detail in status.details:
        _unpack(detail, info, bad, retry)
    found = AppError.reasons().get(info.reason) if info.domain == DOMAIN else None
    if found is None:
        return None
    return found(
        status.message,
        violations=[
            Violation(_path(each.field), each.description) for each in bad.field_violations
        ],
        retry_after=_seconds(retry) if retry.HasField("retry_delay") else None,
        metadata=info.metadata,
    )


def details_of(error: grpc.aio.AioRpcError, *known: Message) -> None:
    """Fills in those of the `known` details that the error has."""
    status = _status(error)
    for detail in status.details if status is not None else ():
        _unpack(detail, *known)


def _status(error: grpc.aio.AioRpcError) -> Status | None:
    for name, value in error.trailing_metadata() or ():
        if name == _DETAILS and isinstance(value, bytes):
            try:
                return Status.FromString(value)
            except DecodeError:
                return None
    return None


def _without_details(error: grpc.aio.AioRpcError) -> AppError | None:
    """What grpc itself answers: on this side, or on the server's before our code sees the call."""
    code = error.code()
    if code is grpc.StatusCode.UNAVAILABLE:
        return ServerUnreachable()
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceeded()
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return OperationUnknown()
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in (error.details() or ""):
        return RequestTooLarge()
    if code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN):
        return Internal()
    return None


def _unpack(detail: Packed, *known: Message) -> None:
    for message in known:
        if detail.TypeName() == message.DESCRIPTOR.full_name:
            detail.Unpack(message)


def _seconds(retry: RetryInfo) -> float:
    return float(retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9)


def _path(field: str) -> tuple[str | int, ...]:
    """`lines[0].quantity` as ("lines", 0, "quantity")."""
    return tuple(int(at) if at else name for at, name in _PART.findall(field))
