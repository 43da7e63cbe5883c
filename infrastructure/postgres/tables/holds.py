"""Holds. No foreign key leads to the event: every hold would lock that one row (FOR KEY SHARE)."""

from sqlalchemy import CheckConstraint, Column, Index, Table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

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

# Partitioned by day: ids are UUIDs of version 7, which begin with their moment. The lines are in
# the hold's own row, as `lines.line_json` writes them, and `units` is their sum.
holds = Table(
    "holds",
    metadata,
    uuid("id", primary_key=True),
    uuid("event_id"),
    uuid("organizer_id"),
    uuid("buyer_id"),
    moment("expires_at"),
    moment("latest_expiry"),
    moment("created_at"),
    moment("ended_at", null=True),
    amount("total"),
    count("units"),
    version(),
    flag("live"),
    flag("extended_for_payment"),
    flag("ordered"),
    text("state"),
    text("currency"),
    Column("lines", JSONB, nullable=False),
    one_of("state", HoldState),
    CheckConstraint("expires_at <= latest_expiry", name="expiry"),
    CheckConstraint("(state = 'ACTIVE') = (ended_at IS NULL)", name="ended_at"),
    CheckConstraint("units > 0", name="units"),
    # Who is due, of all events and of one.
    Index("ix_holds_due", "expires_at", "event_id", postgresql_where=sql("state = 'ACTIVE'")),
    # What one buyer keeps from others, and how often they take something: the newest ids of one
    # buyer are neighbours, so one index serves every look at what somebody did lately.
    Index("ix_holds_buyer_id_id", "buyer_id", "id"),
    postgresql_partition_by="RANGE (id)",
)
