"""Refusals that belong to no aggregate: who is calling, and idempotency."""

from collections.abc import Iterable, Mapping
from enum import Enum

from shared.errors import AppError, Code, Violation


class TokenMissing(AppError):
    code, reason = Code.UNAUTHENTICATED, "TOKEN_MISSING"
    title = "This needs an access token."


class TokenInvalid(AppError):
    code, reason = Code.UNAUTHENTICATED, "TOKEN_INVALID"
    title = "The access token is not valid."


class TokenExpired(AppError):
    code, reason = Code.UNAUTHENTICATED, "TOKEN_EXPIRED"
    title = "The access token has expired."


class TokenRevoked(AppError):
    """The session was ended, the account deactivated, the API key revoked, the guest claimed."""

    code, reason = Code.UNAUTHENTICATED, "TOKEN_REVOKED"
    title = "The access token or API key was revoked."


class CredentialsInvalid(AppError):
    code, reason = Code.UNAUTHENTICATED, "CREDENTIALS_INVALID"
    title = "The e-mail address or the password is wrong."


class AccessDenied(AppError):
    code, reason = Code.PERMISSION_DENIED, "ACCESS_DENIED"
    title = "You may not do this."


class RefreshTokenInvalid(AppError):
    """Unknown, used before, of a session that was ended, or too old: log in again."""

    code, reason = Code.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"
    title = "The refresh token is not valid any more; log in again."


class UserRequired(AppError):
    """For what only people with an account can do."""

    code, reason = Code.PERMISSION_DENIED, "USER_REQUIRED"
    title = "This needs a user's access token; a guest's or an API key will not do."


class ScopeMissing(AppError):
    code, reason = Code.PERMISSION_DENIED, "SCOPE_MISSING"
    title = "The API key was not made for this operation."


class RoleMissing(AppError):
    """Only for members, who know that the organizer and its things exist."""

    code, reason = Code.PERMISSION_DENIED, "ROLE_MISSING"
    title = "Your role in this organizer does not allow this."


class RateLimited(AppError):
    code, reason = Code.RESOURCE_EXHAUSTED, "RATE_LIMITED"
    title = "Too many requests; wait a moment."


class StreamEnded(AppError):
    """It lasted as long as one may, or the process that told it ends."""

    code, reason = Code.UNAVAILABLE, "STREAM_ENDED"
    title = "The stream is over for now; open it again behind the last cursor."


class ReaderSlow(AppError):
    """Nothing is kept for whoever does not take it."""

    code, reason = Code.RESOURCE_EXHAUSTED, "READER_SLOW"
    title = "What was told was not taken in time; open the stream again."


class IdempotencyKeyRequired(AppError):
    code, reason = Code.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REQUIRED"
    title = "This operation needs an idempotency key (Idempotency-Key header, request_id field)."


class IdempotencyKeyInvalid(AppError):
    code, reason = Code.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_INVALID"
    title = "An idempotency key has 16 to 64 characters of A-Z, a-z, 0-9, _ and -."


class IdempotencyKeyReused(AppError):
    code, reason = Code.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED"
    title = "This idempotency key was used for another request before."


class IdempotencyInProgress(AppError):
    code, reason = Code.ABORTED, "IDEMPOTENCY_IN_PROGRESS"
    title = "The first request with this idempotency key is still running."


class PaymentProviderUnknown(AppError):
    code, reason = Code.INVALID_ARGUMENT, "PAYMENT_PROVIDER_UNKNOWN"
    title = "There is no such payment provider here."


class MailUnavailable(AppError):
    """For the log of the background; the mails are sent later."""

    code, reason = Code.UNAVAILABLE, "MAIL_UNAVAILABLE"
    title = "Mails cannot be sent right now."


class WebhookFault(Enum):
    """What is wrong with a webhook: for the log and the figures, never for whoever sent it."""

    FORGED = "FORGED"
    OLD = "OLD"
    OTHER_MODE = "OTHER_MODE"
    OTHER_ACCOUNT = "OTHER_ACCOUNT"
    UNREADABLE = "UNREADABLE"
    OVERSIZED = "OVERSIZED"


class WebhookInvalid(AppError):
    """`fault` is ours to know: the answer is the same for all of them."""

    code, reason = Code.INVALID_ARGUMENT, "WEBHOOK_INVALID"
    title = "The signature of this webhook is missing, wrong or too old."

    def __init__(
        self,
        message: str | None = None,
        *,
        violations: Iterable[Violation] = (),
        retry_after: float | None = None,
        metadata: Mapping[str, object] | None = None,
        fault: WebhookFault = WebhookFault.FORGED,
    ) -> None:
        super().__init__(message, violations=violations, retry_after=retry_after, metadata=metadata)
        self.fault = fault
