"""Webhooks of organizers."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from domain.webhook.delivery import DeliveryState
from domain.webhook.endpoint import DisabledBy, EndpointState
from infrastructure.postgres.tables.base import (
    count,
    flag,
    metadata,
    moment,
    one_of,
    text,
    uuid,
    version,
)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    uuid("id", primary_key=True),
    uuid("organizer_id"),
    flag("live"),
    text("url"),
    Column("types", ARRAY(Text), nullable=False),
    text("description"),
    Column("secret", LargeBinary, nullable=False),
    Column("old_secret", LargeBinary, nullable=True),
    moment("old_secret_until", null=True),
    text("state"),
    text("disabled_by", null=True),
    moment("failing_since", null=True),
    moment("created_at"),
    version(),
    one_of("state", EndpointState),
    one_of("disabled_by", DisabledBy),
    CheckConstraint("cardinality(types) > 0", name="types"),
    CheckConstraint("(old_secret IS NULL) = (old_secret_until IS NULL)", name="old_secret"),
    CheckConstraint("(state = 'DISABLED') = (disabled_by IS NOT NULL)", name="disabled"),
    Index("ix_webhook_endpoints_organizer_id_created_at_id", "organizer_id", "created_at", "id"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    uuid("id", primary_key=True),
    uuid("endpoint_id"),
    uuid("message_id"),
    text("type"),
    text("body"),
    text("state"),
    count("attempts"),
    moment("next_attempt_at", null=True),
    Column("status", Integer, nullable=True),
    text("error", null=True),
    moment("created_at"),
    ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoints.id"], ondelete="CASCADE"),
    UniqueConstraint("endpoint_id", "message_id", name="uq_webhook_deliveries_endpoint_id"),
    one_of("state", DeliveryState),
    CheckConstraint("(state = 'PENDING') = (next_attempt_at IS NOT NULL)", name="due"),
    Index("ix_webhook_deliveries_endpoint_id_created_at_id", "endpoint_id", "created_at", "id"),
    Index(
        "ix_webhook_deliveries_due",
        "endpoint_id",
        "next_attempt_at",
        postgresql_where=sql("next_attempt_at IS NOT NULL"),
    ),
    Index("ix_webhook_deliveries_created_at", "created_at"),
)
