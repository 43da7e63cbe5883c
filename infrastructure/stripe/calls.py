"""What becomes of a call: Stripe's errors in the words of the port, and keys that were used up."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import stripe

from application.ports.payments import CallRefused, OutcomeUnknown

T = TypeVar("T")

_MOST_KEYS: Final = 20


def is_definite(error: stripe.StripeError) -> bool:
    """Whether Stripe understood the call and did nothing.

    A key of the API that is wrong is no such answer: when it is put right, the same call works.
    """
    return isinstance(
        error, (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError)
    )


def code_of(error: stripe.StripeError) -> str:
    """Stripe's code, or where it has none, the kind of error and the parameter it is about."""
    if error.code:
        return error.code
    if isinstance(error, stripe.IdempotencyError):
        return "idempotency_error"
    if isinstance(error, stripe.InvalidRequestError) and error.param:
        return f"invalid_{error.param}"
    return "card_error" if isinstance(error, stripe.CardError) else "invalid_request"


@contextmanager
def wire() -> Iterator[None]:
    """Whatever Stripe says instead of an answer is CallRefused or OutcomeUnknown; so is an answer
    that lacks what we read in it."""
    try:
        yield
    except stripe.StripeError as error:
        if is_definite(error):
            raise CallRefused(code_of(error)) from error
        raise OutcomeUnknown(f"{type(error).__name__} {error.http_status or ''}".strip()) from error
    except AttributeError as error:
        if not isinstance(error.obj, stripe.StripeObject):
            raise
        raise OutcomeUnknown(f"an answer without {error.name}") from error


def is_replayed(error: stripe.StripeError) -> bool:
    """Whether it is the answer that an earlier call with the same key had."""
    return (error.headers or {}).get("idempotent-replayed") == "true"


async def keyed(call: Callable[[str], Awaitable[T]], key: str, *, once: bool = True) -> T:
    """`call` with this key.

    Stripe keeps the first answer to a key for a day, also when it is an error. If an earlier call
    was refused, nothing has happened by it, and things may have changed since: it is asked anew,
    with the next key of a row that is the same for everybody. After an answer of status 500 nobody
    knows what happened; it is asked anew only where a second effect is impossible (`once=False`).

    Raises StripeError.
    """
    for number in range(2, _MOST_KEYS + 2):
        try:
            return await call(key if number == 2 else f"{key}-{number - 1}")
        except stripe.StripeError as error:
            unused = is_replayed(error) and (is_definite(error) or not once)
            if not unused or number > _MOST_KEYS:
                raise
    raise AssertionError("unreachable")
