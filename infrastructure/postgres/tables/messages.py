"""What becomes of facts once they are in the log: how far each reader is, and what consumers have
dealt with, try again, or gave up."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, PrimaryKeyConstraint, Table
from sqlalchemy.dialects.postgresql import JSONB

from infrastructure.postgres.tables.base import count, metadata, moment, text, uuid

log_cursors = Table(
    "log_cursors",
    metadata,
    text("reader"),
    count("shard"),
    Column("log_position", BigInteger, nullable=False),
    PrimaryKeyConstraint("reader", "shard"),
    CheckConstraint("shard BETWEEN 0 AND 15", name="shard"),
    postgresql_with={"fillfactor": 50},  # a cursor moves all the time
)

# The ids begin with their moments: what is old can be told without a column for it.
consumed = Table(
    "consumed",
    metadata,
    text("consumer_group"),
    uuid("message_id"),
    PrimaryKeyConstraint("consumer_group", "message_id"),
    Index("ix_consumed_message_id", "message_id"),
)

parked_messages = Table(
    "parked_messages",
    metadata,
    text("consumer_group"),
    uuid("message_id"),
    uuid("aggregate_id"),
    Column("log_position", BigInteger, nullable=False),
    moment("due_at"),
    count("attempts"),
    text("error"),
    Column("headers", JSONB, nullable=False),
    Column("payload", JSONB, nullable=False),
    PrimaryKeyConstraint("consumer_group", "message_id"),
    Index("ix_parked_messages_key", "consumer_group", "aggregate_id", "log_position"),
    Index("ix_parked_messages_due", "consumer_group", "due_at"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    text("consumer_group"),
    uuid("message_id"),
    Column("log_position", BigInteger, nullable=False),
    moment("died_at"),
    count("attempts"),
    text("error"),
    Column("headers", JSONB, nullable=False),
    Column("payload", JSONB, nullable=False),
    PrimaryKeyConstraint("consumer_group", "message_id"),
)
