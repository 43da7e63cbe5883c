"""Tables of its own with the columns and indexes of ours, mapped by an ORM."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "naive"
_HERE = {"schema": SCHEMA}
_ACTIVE = text("state = 'ACTIVE'")
_OPEN = text("published_at IS NULL")


class Base(DeclarativeBase):
    type_annotation_map = {
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
    }


class Stock(Base):
    __tablename__ = "stock"
    __table_args__ = _HERE

    pool_id: Mapped[UUID] = mapped_column(primary_key=True)
    capacity: Mapped[int]
    held: Mapped[int]
    sold: Mapped[int]


class Hold(Base):
    __tablename__ = "holds"
    __table_args__ = (
        Index("ix_naive_due", "expires_at", "event_id", postgresql_where=_ACTIVE),
        Index("ix_naive_counted", "buyer_id", "event_id", "expires_at"),
        Index("ix_naive_made", "buyer_id", "created_at"),
        _HERE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    organizer_id: Mapped[UUID]
    live: Mapped[bool]
    buyer_id: Mapped[UUID]
    state: Mapped[str]
    lines: Mapped[list[dict[str, Any]]]
    units: Mapped[int]
    total: Mapped[int]
    currency: Mapped[str]
    expires_at: Mapped[datetime]
    latest_expiry: Mapped[datetime]
    extended_for_payment: Mapped[bool]
    ordered: Mapped[bool]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    version: Mapped[int]


class Key(Base):
    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_naive_keys", "created_at"), _HERE)

    actor: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    answer: Mapped[dict[str, Any]]
    final: Mapped[bool]
    created_at: Mapped[datetime]


class Fact(Base):
    __tablename__ = "outbox"
    __table_args__ = (Index("ix_naive_unpublished", "id", postgresql_where=_OPEN), _HERE)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    version: Mapped[int]
    aggregate_type: Mapped[str]
    aggregate_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]
    request_id: Mapped[str]
    actor: Mapped[str]
    published_at: Mapped[datetime | None]
