"""One language for saying no.

A refusal is an `AppError`: a `code` (the google.rpc.Code names, which a face turns into its
status), a `reason` (one class per reason, stable, for machines), a `message` for people, and
`metadata` that carries every dynamic part as text. A face never invents an error of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar


class Code(Enum):
    """What kind of refusal it is; the names are those of google.rpc.Code."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    NOT_FOUND = "NOT_FOUND"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    UNIMPLEMENTED = "UNIMPLEMENTED"
    UNAVAILABLE = "UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that is wrong: where it is in the request, and what is wrong with it.

    `path` holds names and zero-based positions, e.g. `("lines", 0, "quantity")`.
    """

    path: tuple[str | int, ...]
    message: str

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer (RFC 6901): `/lines/0/quantity`."""
        parts = (str(part).replace("~", "~0").replace("/", "~1") for part in self.path)
        return "".join(f"/{part}" for part in parts)

    @property
    def field(self) -> str:
        """The place in google.rpc.BadRequest notation: `lines[0].quantity`."""
        text = ""
        for part in self.path:
            if isinstance(part, int):
                text += f"[{part}]"
            else:
                text += f".{part}" if text else part
        return text


class AppError(Exception):
    """A refusal with a code, a reason, a message, metadata and, where fields are named, violations.

    Subclasses set `code`, `reason` and `title`; declaring a reason twice is an error at import.
    `retry_after` (seconds) is set where trying again later can succeed.
    """

    code: ClassVar[Code]
    reason: ClassVar[str]
    title: ClassVar[str]
    _by_reason: ClassVar[dict[str, type["AppError"]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "reason" not in cls.__dict__:
            return
        if cls.reason in AppError._by_reason:
            raise TypeError(f"the reason {cls.reason} is declared twice")
        AppError._by_reason[cls.reason] = cls

    def __init__(
        self,
        message: str | None = None,
        *,
        violations: Iterable[Violation] = (),
        retry_after: float | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        self.message = message or self.title
        self.violations = tuple(violations)
        self.retry_after = retry_after
        self.metadata = {key: str(value) for key, value in (metadata or {}).items()}
        super().__init__(self.message)

    @staticmethod
    def reasons() -> Mapping[str, type["AppError"]]:
        """Every declared reason and its class."""
        return dict(AppError._by_reason)


class FieldInvalid(AppError):
    code, reason = Code.INVALID_ARGUMENT, "FIELD_INVALID"
    title = "A field of the request is invalid."


class MalformedRequest(AppError):
    code, reason = Code.INVALID_ARGUMENT, "MALFORMED_REQUEST"
    title = "The request cannot be read."


class RequestTooLarge(AppError):
    code, reason = Code.INVALID_ARGUMENT, "REQUEST_TOO_LARGE"
    title = "The request is larger than this server accepts."


class Conflict(AppError):
    code, reason = Code.ABORTED, "CONFLICT"
    title = "The resource was changed by someone else; read it again and retry."


class DatabaseUnavailable(AppError):
    code, reason = Code.UNAVAILABLE, "DATABASE_UNAVAILABLE"
    title = "The database cannot be reached right now."


class ServiceUnavailable(AppError):
    """Of a system of several services, the one that is needed. Whether it did what was asked is not
    known: the same request with the same key finds out."""

    code, reason = Code.UNAVAILABLE, "SERVICE_UNAVAILABLE"
    title = "A part of the system cannot be reached right now."


class Overloaded(AppError):
    """More waits here than can be done soon; who comes now is told so at once."""

    code, reason = Code.UNAVAILABLE, "OVERLOADED"
    title = "There is too much to do right now; try again in a moment."


class NotReady(AppError):
    code, reason = Code.UNAVAILABLE, "NOT_READY"
    title = "This process cannot serve right now."


class DeadlineExceeded(AppError):
    code, reason = Code.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"
    title = "The request took too long and was given up."


class OperationUnknown(AppError):
    code, reason = Code.UNIMPLEMENTED, "OPERATION_UNKNOWN"
    title = "There is no such operation."


class RouteNotFound(AppError):
    code, reason = Code.NOT_FOUND, "ROUTE_NOT_FOUND"
    title = "There is nothing at this address."


class Internal(AppError):
    """A bug. Anonymous on purpose: what happened is in the log, under the request's id."""

    code, reason = Code.INTERNAL, "INTERNAL"
    title = "Something went wrong on our side."
