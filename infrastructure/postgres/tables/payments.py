"""Payments and refunds."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Uuid,
)
from sqlalchemy import text as sql

from domain.order.payment import Goal, PaymentState
from domain.order.refund import RefundState
from infrastructure.postgres.tables.base import (
    amount,
    count,
    metadata,
    moment,
    one_of,
    text,
    uuid,
    version,
)

payments = Table(
    "payments",
    metadata,
    uuid("id", primary_key=True),
    uuid("order_id"),
    uuid("event_id"),
    count("attempt"),
    text("provider"),
    text("method"),
    amount("amount"),
    text("currency"),
    text("state"),
    text("goal"),
    text("reference", null=True),
    text("client_secret", null=True),
    text("redirect_url", null=True),
    text("failure", null=True),
    Column("due_at", DateTime(timezone=True)),
    count("looks"),
    moment("created_at"),
    moment("updated_at"),
    version(),
    ForeignKeyConstraint(["order_id"], ["orders.id"]),
    one_of("state", PaymentState),
    one_of("goal", Goal),
    CheckConstraint("amount > 0", name="amount"),
    Index(
        "uq_payments_one_of_order",
        "order_id",
        unique=True,
        postgresql_where=sql("state NOT IN ('CANCELLED', 'FAILED')"),
    ),
    Index("uq_payments_attempt", "order_id", "attempt", unique=True),
    Index("uq_payments_reference", "provider", "reference", unique=True),
    Index("ix_payments_due", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
)

# What is behind the version came later, and the release before does not write it.
refunds = Table(
    "refunds",
    metadata,
    uuid("id", primary_key=True),
    uuid("payment_id"),
    uuid("order_id"),
    uuid("event_id"),
    amount("amount"),
    text("currency"),
    text("reason"),
    text("state"),
    text("failure", null=True),
    moment("created_at"),
    moment("updated_at"),
    version(),
    Column("ticket_ids", ARRAY(Uuid), nullable=False, server_default=sql("'{}'::uuid[]")),
    uuid("retry_of", null=True),
    text("reference", null=True),
    moment("due_at", null=True),
    Column("looks", Integer, nullable=False, server_default="0"),
    ForeignKeyConstraint(["payment_id"], ["payments.id"]),
    one_of("state", RefundState),
    CheckConstraint("amount > 0", name="amount"),
    # Beside these there are triggers: those of a payment that count are never more than it.
    #
    # Money that came too late goes back whole: two who notice at once must not both send it.
    Index(
        "uq_refunds_late_payment",
        "payment_id",
        unique=True,
        postgresql_where=sql("reason = 'LATE_PAYMENT' AND retry_of IS NULL"),
    ),
    Index("ix_refunds_payment_id", "payment_id", "created_at", "id"),
    Index("ix_refunds_order_id", "order_id", "created_at", "id"),
    Index("ix_refunds_due", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
    Index(
        "ix_refunds_event_cancelled",
        "order_id",
        postgresql_where=sql("reason = 'EVENT_CANCELLED'"),
    ),
)
