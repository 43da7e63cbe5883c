"""The words of the feature files and what they stand for."""

import re
from collections.abc import Mapping

from tests.faces.outcome import Plain

REASONS: Mapping[str, tuple[str, str]] = {
    "not enough tickets are left": ("FAILED_PRECONDITION", "SOLD_OUT"),
    "it is more than allowed": ("FAILED_PRECONDITION", "LIMIT_REACHED"),
    "something is wrong with the request": ("INVALID_ARGUMENT", "FIELD_INVALID"),
    "the hold has expired": ("FAILED_PRECONDITION", "HOLD_EXPIRED"),
    "the hold is over": ("FAILED_PRECONDITION", "HOLD_NOT_ACTIVE"),
    "there is an order for this hold": ("FAILED_PRECONDITION", "HOLD_HAS_ORDER"),
    "it cannot be kept any longer": ("FAILED_PRECONDITION", "EXTENSION_LIMIT_REACHED"),
    "the order cannot be paid": ("FAILED_PRECONDITION", "ORDER_NOT_PAYABLE"),
    "the order cannot be cancelled": ("FAILED_PRECONDITION", "ORDER_NOT_CANCELLABLE"),
    "a payment is under way": ("FAILED_PRECONDITION", "PAYMENT_IN_PROGRESS"),
    "the event is not on sale": ("FAILED_PRECONDITION", "EVENT_NOT_ON_SALE"),
    "the event's state does not allow it": ("FAILED_PRECONDITION", "EVENT_STATE_INVALID"),
    "there is no such event": ("NOT_FOUND", "EVENT_NOT_FOUND"),
    "there is no such hold": ("NOT_FOUND", "HOLD_NOT_FOUND"),
    "there is no such order": ("NOT_FOUND", "ORDER_NOT_FOUND"),
    "there is no such organizer": ("NOT_FOUND", "ORGANIZER_NOT_FOUND"),
    "one has to be a member": ("PERMISSION_DENIED", "NOT_A_MEMBER"),
    "one has to log in": ("UNAUTHENTICATED", "TOKEN_MISSING"),
    "it was changed by somebody else": ("ABORTED", "CONFLICT"),
    "the key was used before": ("INVALID_ARGUMENT", "IDEMPOTENCY_KEY_REUSED"),
    "the address has an account": ("FAILED_PRECONDITION", "EMAIL_TAKEN"),
    "the address is not confirmed": ("FAILED_PRECONDITION", "EMAIL_NOT_VERIFIED"),
    "the mail's token is no good": ("FAILED_PRECONDITION", "PROOF_INVALID"),
    "the address or the password is wrong": ("UNAUTHENTICATED", "CREDENTIALS_INVALID"),
    "there were too many attempts": ("RESOURCE_EXHAUSTED", "RATE_LIMITED"),
    "the refresh token is no good": ("UNAUTHENTICATED", "REFRESH_TOKEN_INVALID"),
    "the token was revoked": ("UNAUTHENTICATED", "TOKEN_REVOKED"),
    "the token is not valid": ("UNAUTHENTICATED", "TOKEN_INVALID"),
    "the token has expired": ("UNAUTHENTICATED", "TOKEN_EXPIRED"),
    "only superusers may": ("PERMISSION_DENIED", "ACCESS_DENIED"),
    "nobody shuts themselves out": ("FAILED_PRECONDITION", "OWN_ACCOUNT"),
    "there must be a superuser": ("FAILED_PRECONDITION", "LAST_SUPERUSER"),
    "the account is deactivated": ("FAILED_PRECONDITION", "USER_INACTIVE"),
    "it takes an account": ("PERMISSION_DENIED", "USER_REQUIRED"),
    "it takes another role": ("PERMISSION_DENIED", "ROLE_MISSING"),
    "there must be an owner": ("FAILED_PRECONDITION", "LAST_OWNER"),
    "there is such a member already": ("FAILED_PRECONDITION", "ALREADY_MEMBER"),
    "there is no such invitation": ("NOT_FOUND", "INVITATION_NOT_FOUND"),
    "the invitation is over": ("FAILED_PRECONDITION", "INVITATION_NOT_OPEN"),
    "the order cannot be refunded": ("FAILED_PRECONDITION", "ORDER_NOT_REFUNDABLE"),
    "it is more than is left": ("FAILED_PRECONDITION", "REFUND_TOO_LARGE"),
    "a ticket cannot be refunded": ("FAILED_PRECONDITION", "TICKET_NOT_REFUNDABLE"),
    "it is not for the organizer to say": ("FAILED_PRECONDITION", "PAYMENT_NOT_CONFIRMABLE"),
    "there is no such item": ("NOT_FOUND", "ATTENTION_NOT_FOUND"),
    "somebody has decided already": ("FAILED_PRECONDITION", "ATTENTION_RESOLVED"),
    "the key was not made for this": ("PERMISSION_DENIED", "SCOPE_MISSING"),
}

METHODS: Mapping[str, str] = {
    "a card that is declined": "decline",
    "a card that asks for a confirmation": "requires_action",
    "a slow bank": "succeed_late",
    "a bank whose answer gets lost": "effect_then_timeout",
    "a bank that takes the money at once": "instant",
    "a slow bank that takes the money at once": "instant_late",
    "a card that is good for a promise only": "capture_fails",
    "a card that takes nothing back": "refund_fails",
    "a card whose owner complains": "disputed",
    "shells": "shells",
}

ASKED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "a failed refund": ("REFUND_FAILED", ("RETRY", "DONE_BY_HAND", "DISMISS")),
    "a refund by hand": ("REFUND_BY_HAND", ("DONE_BY_HAND", "DISMISS")),
    "a dispute": ("DISPUTE", ("LOOK_AGAIN", "DISMISS")),
}

DECISIONS: Mapping[str, str] = {
    "it was done by hand": "DONE_BY_HAND",
    "it should be tried once more": "RETRY",
    "nothing is to be done": "DISMISS",
}

ORDER_STATES: Mapping[str, str] = {
    "waiting for payment": "PENDING_PAYMENT",
    "confirmed": "CONFIRMED",
    "cancelled": "CANCELLED",
    "expired": "EXPIRED",
    "failed": "FAILED",
    "refunded": "REFUNDED",
    "partially refunded": "PARTIALLY_REFUNDED",
}

PAYMENT_STATES: Mapping[str, tuple[str, ...]] = {
    "needs action": ("REQUIRES_ACTION",),
    "is processing": ("PROCESSING",),
    "has failed": ("FAILED",),
    "is over": ("CANCELLED", "FAILED"),
    "is taken": ("CAPTURED",),
}

_COUNT = re.compile(r"(\d+) (\w+?)(?: tickets?)?")


def counts(words: str) -> list[tuple[str, int]]:
    """`2 Standing and 1 Student tickets` as [("Standing", 2), ("Student", 1)]."""
    if words == "nothing":
        return []
    found: list[tuple[str, int]] = []
    for part in words.split(" and "):
        match = _COUNT.fullmatch(part)
        assert match, f"cannot read {part!r}"
        found.append((match[2], int(match[1])))
    return found


def money(words: str) -> dict[str, Plain]:
    """`25.00 EUR` in minor units; with as many decimals as the currency has."""
    amount, currency = words.split()
    whole, _, rest = amount.partition(".")
    return {"amount": int(whole + rest), "currency": currency}


def table(rows: list[list[str]]) -> list[dict[str, str]]:
    """A table of a feature file, one mapping from heading to cell for each row."""
    head, *body = rows
    return [dict(zip(head, row, strict=True)) for row in body]
