"""What makes delivery exact: idempotency keys, the outbox of facts, the inbox of webhooks, and the
mails that wait to be sent."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from application.ports.inbox import Topic
from application.ports.mail_queue import MailKind
from infrastructure.postgres.tables.base import count, metadata, moment, one_of, text, uuid

# Inserted without an answer when the key is claimed, and given one by the same transaction:
# nobody else ever sees a row with neither answer nor refusal. The primary key does not make a key
# unique, since it has to contain the moment: whoever claims one has its advisory lock.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    text("actor"),
    text("operation"),
    text("key"),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", JSONB),
    Column("refusal", JSONB),
    Column("final", Boolean, nullable=False),
    moment("created_at"),
    PrimaryKeyConstraint("actor", "operation", "key", "created_at"),
    CheckConstraint("answer IS NULL OR refusal IS NULL", name="one_outcome"),
    postgresql_partition_by="RANGE (created_at)",
)

outbox = Table(
    "outbox",
    metadata,
    # In the order of writing, from a sequence that the column owns.
    Column("position", BigInteger, nullable=False),
    uuid("id", primary_key=True),
    text("type"),
    count("version"),
    text("aggregate_type"),
    uuid("aggregate_id"),
    Column("payload", JSONB, nullable=False),
    moment("occurred_at"),
    text("request_id"),
    text("actor"),
    # The place in the log, and what is looked up when it is given: see `log`.
    Column("log_position", BigInteger),
    uuid("organizer_id", null=True),
    Column("live", Boolean),
    Index("ix_outbox_unnumbered", "position", postgresql_where=sql("log_position IS NULL")),
    Index("ix_outbox_log", "log_position", postgresql_where=sql("log_position IS NOT NULL")),
    Index(
        "ix_outbox_organizer_id_log",
        "organizer_id",
        "log_position",
        postgresql_where=sql("organizer_id IS NOT NULL AND log_position IS NOT NULL"),
    ),
    Index(
        "ix_outbox_order_log",
        "aggregate_id",
        "log_position",
        postgresql_where=sql("aggregate_type = 'order' AND log_position IS NOT NULL"),
    ),
    postgresql_partition_by="RANGE (id)",
)

provider_events = Table(
    "provider_events",
    metadata,
    text("provider"),
    text("event_id"),
    text("type"),
    text("reference"),
    moment("occurred_at"),
    moment("received_at"),
    moment("due_at"),
    count("attempts"),
    moment("processed_at", null=True),
    Column("topic", Text, nullable=False, server_default="PAYMENT"),
    uuid("payment_id", null=True),
    one_of("topic", Topic),
    PrimaryKeyConstraint("provider", "event_id"),
    Index("ix_provider_events_waiting", "due_at", postgresql_where=sql("processed_at IS NULL")),
)

mails = Table(
    "mails",
    metadata,
    uuid("id", primary_key=True),
    text("kind"),
    text("recipient"),
    uuid("subject_id", null=True),
    text("name"),
    text("organizer_name", null=True),
    text("role", null=True),
    moment("created_at"),
    moment("expires_at"),
    moment("due_at"),
    count("attempts"),
    one_of("kind", MailKind),
    Index("ix_mails_due_at_id", "due_at", "id"),
)
