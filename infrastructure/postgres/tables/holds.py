"""Holds. No foreign key leads to the event: every hold would lock that one row (FOR KEY SHARE)."""

from sqlalchemy import (
    ARRAY,
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
    flag,
    metadata,
    moment,
    one_of,
    text,
    uuid,
    version,
)

holds = Table(
    "holds",
    metadata,
    uuid("id", primary_key=True),
    uuid("event_id"),
    uuid("organizer_id"),
    flag("live"),
    uuid("buyer_id"),
    text("state"),
    amount("total"),
    text("currency"),
    moment("expires_at"),
    moment("latest_expiry"),
    flag("extended_for_payment"),
    flag("ordered"),
    moment("created_at"),
    moment("ended_at", null=True),
    version(),
    one_of("state", HoldState),
    CheckConstraint("expires_at <= latest_expiry", name="expiry"),
    CheckConstraint("(state = 'ACTIVE') = (ended_at IS NULL)", name="ended_at"),
    # Who is due, of all events and of one.
    Index("ix_holds_due", "expires_at", "event_id", postgresql_where=sql("state = 'ACTIVE'")),
    # What one buyer keeps from others at one event, and how often they take something.
    Index(
        "ix_holds_counted",
        "buyer_id",
        "event_id",
        "expires_at",
        postgresql_where=sql("state <> 'CONVERTED'"),
    ),
    Index("ix_holds_buyer_id_created_at", "buyer_id", "created_at"),
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
