"""One table from code to status, and refusals as google.rpc.Status."""

from collections.abc import Mapping

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status

from shared.errors import AppError, Code

DOMAIN = "holdfast"

STATUS: Mapping[Code, grpc.StatusCode] = {
    Code.INVALID_ARGUMENT: grpc.StatusCode.INVALID_ARGUMENT,
    Code.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    Code.PERMISSION_DENIED: grpc.StatusCode.PERMISSION_DENIED,
    Code.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Code.FAILED_PRECONDITION: grpc.StatusCode.FAILED_PRECONDITION,
    Code.ABORTED: grpc.StatusCode.ABORTED,
    Code.RESOURCE_EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Code.UNIMPLEMENTED: grpc.StatusCode.UNIMPLEMENTED,
    Code.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Code.DEADLINE_EXCEEDED: grpc.StatusCode.DEADLINE_EXCEEDED,
    Code.INTERNAL: grpc.StatusCode.INTERNAL,
}

OMITTED = "violations_omitted"
"""In the metadata of an ErrorInfo: how many wrong fields are not named for lack of room."""
_ROOM = 4096
"""Bytes for named fields. A client drops an answer whose trailing metadata exceeds 8 KiB."""


def status_of(error: AppError, request_id: str) -> Status:
    """The refusal with ErrorInfo and RequestInfo, BadRequest where fields are named, and RetryInfo
    where trying again later can succeed."""
    info = ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    details: list[Message] = [info, RequestInfo(request_id=request_id)]
    if error.violations:
        bad = _bad_request(error)
        if omitted := len(error.violations) - len(bad.field_violations):
            info.metadata[OMITTED] = str(omitted)
        details.append(bad)
    if error.retry_after is not None:
        delay = Duration()
        delay.FromMicroseconds(round(error.retry_after * 1_000_000))
        details.append(RetryInfo(retry_delay=delay))
    code, _ = STATUS[error.code].value
    return Status(code=code, message=error.message, details=[_packed(each) for each in details])


def _bad_request(error: AppError) -> BadRequest:
    bad, room = BadRequest(), _ROOM
    for violation in error.violations:
        wrong = BadRequest.FieldViolation(field=violation.field, description=violation.message)
        room -= wrong.ByteSize()
        if room < 0:
            break
        bad.field_violations.append(wrong)
    return bad


def _packed(message: Message) -> Packed:
    packed = Packed()
    packed.Pack(message)
    return packed
