"""One table from code to status, and refusals as RFC 9457 problems."""

import math
from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from shared.errors import AppError, Code

STATUS: Mapping[Code, int] = {
    Code.INVALID_ARGUMENT: 422,
    Code.UNAUTHENTICATED: 401,
    Code.PERMISSION_DENIED: 403,
    Code.NOT_FOUND: 404,
    Code.FAILED_PRECONDITION: 409,
    Code.ABORTED: 409,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.UNIMPLEMENTED: 501,
    Code.UNAVAILABLE: 503,
    Code.DEADLINE_EXCEEDED: 504,
    Code.INTERNAL: 500,
}

# Where HTTP has a better word than the code's.
BY_REASON: Mapping[str, int] = {
    "MALFORMED_REQUEST": 400,
    "IDEMPOTENCY_KEY_REQUIRED": 400,
    "IDEMPOTENCY_KEY_INVALID": 400,
    "WEBHOOK_INVALID": 400,
    "REQUEST_TOO_LARGE": 413,
    "OPERATION_UNKNOWN": 405,
}

# Where the client sent If-Match, and its condition is what failed.
BY_REASON_IF_MATCH: Mapping[str, int] = {"CONFLICT": 412}

MEDIA_TYPE = "application/problem+json"


def status_of(error: AppError | type[AppError], *, if_match: bool = False) -> int:
    """The status of a refusal; `if_match`: the request had that header."""
    if if_match and error.reason in BY_REASON_IF_MATCH:
        return BY_REASON_IF_MATCH[error.reason]
    return BY_REASON.get(error.reason, STATUS[error.code])


def problem_type(reason: str) -> str:
    """A stable URI; it names the problem and leads nowhere."""
    return f"urn:holdfast:problem:{reason}"


def problem_of(error: AppError, status: int, *, path: str, request_id: str) -> dict[str, object]:
    """The members of the problem, in the order in which one reads them."""
    members: dict[str, object] = {
        "type": problem_type(error.reason),
        "title": error.title,
        "status": status,
        "detail": error.message,
        "instance": path,
        "code": error.reason,
        "metadata": error.metadata,
        "request_id": request_id,
    }
    if error.violations:
        members["errors"] = [
            {"pointer": violation.pointer, "message": violation.message}
            for violation in error.violations
        ]
    return members


def problem(
    error: AppError,
    *,
    path: str,
    request_id: str,
    if_match: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a refused request."""
    status = status_of(error, if_match=if_match)
    sent = dict(headers or {})
    if status == 401:
        sent["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        sent["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    members = problem_of(error, status, path=path, request_id=request_id)
    return Response(msgspec.json.encode(members), status, sent, MEDIA_TYPE)
