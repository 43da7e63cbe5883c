"""The provider's tables, in a schema of their own: the source of its migrations."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    schema="simulator",
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    },
)

intents = Table(
    "intents",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("payment_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("disputed", BigInteger, nullable=False),
    Column("refunds", JSONB, nullable=False),
    Column("disputes", JSONB, nullable=False),
    Column("failure", Text),
    Column("token", Text),
    Column("ripens_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "state IN ('requires_action', 'processing', 'authorized', 'captured', 'cancelled',"
        " 'failed')",
        name="state",
    ),
    CheckConstraint(
        "amount > 0 AND captured BETWEEN 0 AND amount AND refunded BETWEEN 0 AND captured"
        " AND disputed BETWEEN 0 AND captured - refunded",
        name="amounts",
    ),
    Index("uq_intents_payment_id", "payment_id", unique=True),
    Index("ix_intents_ripe", "ripens_at", postgresql_where=sql("ripens_at IS NOT NULL")),
)

operations = Table(
    "operations",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", JSONB),
    # Only for whoever cleans up old keys by hand; no rule reads it.
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=sql("now()")),
)

ledger = Table(
    "ledger",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("reference", Text, nullable=False),
    Column("payment_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["reference"], ["simulator.intents.reference"]),
    CheckConstraint(
        "kind IN ('authorized', 'captured', 'released', 'refunded', 'returned', 'disputed',"
        " 'dispute_won')",
        name="kind",
    ),
    CheckConstraint("amount > 0", name="amount"),
    Index("ix_ledger_reference", "reference"),
    Index("ix_ledger_at", "at"),
    # Promised once, taken once, let go once; given back in any number of parts.
    Index(
        "uq_ledger_once",
        "reference",
        "kind",
        unique=True,
        postgresql_where=sql("kind IN ('authorized', 'captured', 'released')"),
    ),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False),
    Column("delivered", Integer, nullable=False),
    Index("ix_deliveries_due", "due_at", postgresql_where=sql("due_at IS NOT NULL")),
    Index(
        "ix_deliveries_missed",
        "created_at",
        postgresql_where=sql("due_at IS NULL AND delivered = 0"),
    ),
)
