"""What the database's errors mean to a caller. What is not listed here is a bug, and stays one."""

from collections.abc import Callable, Mapping
from typing import NoReturn

import asyncpg

from application.ports.unit_of_work import StaleWrite
from domain.hold.errors import HoldHasOrder
from domain.order.errors import PaymentInProgress, RefundTooLarge
from domain.organizer.errors import SlugTaken
from domain.user.errors import EmailTaken
from infrastructure.postgres.connections import Connection, is_gone
from shared.errors import DatabaseUnavailable, DeadlineExceeded

CONSTRAINTS: Mapping[str, Callable[[], Exception]] = {
    "uq_users_email_key": EmailTaken,
    "uq_organizers_slug": SlugTaken,
    "uq_orders_hold_id": HoldHasOrder,
    "uq_payments_one_of_order": PaymentInProgress,
    # Run again, the operation sees what the other one wrote, or makes a new number.
    "uq_payments_attempt": StaleWrite,
    "uq_disputes_payment_id_reference": StaleWrite,
    "uq_refunds_late_payment": StaleWrite,
    "uq_orders_number": StaleWrite,
    "uq_users_founder": StaleWrite,
}

_LEFT_OF_PAYMENT = "ck_refunds_left_of_payment"
"""No constraint of a row: a trigger looks at the other refunds of the payment."""

_AWAY = (
    OSError,  # includes TimeoutError: no connection in time, or no answer
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,  # too many connections, no memory, no disk
    asyncpg.ReadOnlySQLTransactionError,  # a standby that was not promoted yet
    asyncpg.InternalClientError,  # the server said goodbye, and the end was not noticed yet
    asyncpg.LockNotAvailableError,  # a row was locked for longer than we wait for any
)

ANY_TROUBLE = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""Whatever the driver may raise."""


def unavailable() -> DatabaseUnavailable:
    return DatabaseUnavailable(retry_after=1)


def raise_meaning(error: Exception, connection: Connection | None = None) -> NoReturn:
    """Raises what `error`, which `connection` raised, means; the error itself where that is a bug.

    An answer to COMMIT that never came is among the unavailable: whether it was performed is
    unknown, and a repeated request with the same idempotency key finds out.
    """
    match error:
        case asyncpg.UniqueViolationError():
            if (made := CONSTRAINTS.get(error.constraint_name or "")) is not None:
                raise made() from error
        case asyncpg.CheckViolationError() if error.constraint_name == _LEFT_OF_PAYMENT:
            raise RefundTooLarge from error
        case asyncpg.DeadlockDetectedError() | asyncpg.SerializationError():
            raise StaleWrite from error
        case asyncpg.InvalidCachedStatementError() | asyncpg.OutdatedSchemaCacheError():
            # A migration took place; what the driver had prepared is forgotten by now.
            raise StaleWrite from error
        case asyncpg.QueryCanceledError():  # statement_timeout
            raise DeadlineExceeded from error
    # The driver has one class for a connection that is gone and for its own wrong use.
    driver = isinstance(error, asyncpg.InterfaceError)
    gone = driver and connection is not None and is_gone(connection)
    if gone or isinstance(error, _AWAY):
        raise unavailable() from error
    raise error
