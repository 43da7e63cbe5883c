"""Holds. No foreign key leads to the event: every hold would lock that one row (FOR KEY SHARE)."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Uuid,
)
from sqlalchemy import text as sql

from domain.hold.hold import HoldState
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

_ACTIVE = sql("state = 'ACTIVE'")

holds = Table(
    "holds",
    metadata,
    uuid("id", primary_key=True),
    uuid("event_id"),
    uuid("buyer_id"),
    text("state"),
    amount("total"),
    text("currency"),
    moment("expires_at"),
    moment("latest_expiry"),
    Column("extended_for_payment", Boolean, nullable=False),
    Column("ordered", Boolean, nullable=False),
    moment("created_at"),
    version(),
    one_of("state", HoldState),
    CheckConstraint("expires_at <= latest_expiry", name="expiry"),
    # Who is due, of all events and of one; and what one buyer keeps.
    Index("ix_holds_due", "expires_at", "event_id", postgresql_where=_ACTIVE),
    Index("ix_holds_live", "buyer_id", "event_id", postgresql_where=_ACTIVE),
)

hold_lines = Table(
    "hold_lines",
    metadata,
    uuid("hold_id"),
    count("position"),
    uuid("event_id"),
    uuid("ticket_type_id"),
    count("quantity"),
    amount("unit_price"),  # in the hold's currency
    Column("pool_ids", ARRAY(Uuid), nullable=False),
    PrimaryKeyConstraint("hold_id", "position"),
    ForeignKeyConstraint(["hold_id"], ["holds.id"]),
    CheckConstraint("quantity > 0", name="quantity"),
)
