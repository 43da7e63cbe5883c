"""The books: disputes, postings, what needs the attention of a person, and reconciliations."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from domain.attention.attention import AttentionKind, AttentionState, Choice
from domain.ledger.posting import Account, PostingKind
from domain.order.dispute import DisputeState
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

disputes = Table(
    "disputes",
    metadata,
    uuid("id", primary_key=True),
    uuid("payment_id"),
    uuid("order_id"),
    text("reference"),
    amount("amount"),
    text("currency"),
    text("reason"),
    text("state"),
    moment("created_at"),
    moment("updated_at"),
    version(),
    ForeignKeyConstraint(["payment_id"], ["payments.id"]),
    UniqueConstraint("payment_id", "reference"),
    one_of("state", DisputeState),
    CheckConstraint("amount > 0", name="amount"),
    Index("ix_disputes_undecided", "payment_id", postgresql_where=sql("state = 'OPEN'")),
)

# Both sides of a posting are in one row, so that its balance can be a constraint of it.
postings = Table(
    "postings",
    metadata,
    text("kind"),
    uuid("source_id"),
    uuid("id"),
    uuid("organizer_id"),
    uuid("event_id"),
    uuid("order_id"),
    uuid("payment_id"),
    flag("live"),
    text("provider"),
    text("currency"),
    Column("accounts", ARRAY(Text), nullable=False),
    Column("amounts", ARRAY(BigInteger), nullable=False),
    moment("occurred_at"),
    # What happened once is booked once.
    PrimaryKeyConstraint("kind", "source_id"),
    ForeignKeyConstraint(["payment_id"], ["payments.id"]),
    one_of("kind", PostingKind),
    CheckConstraint(
        f"accounts <@ ARRAY[{', '.join(repr(each.value) for each in Account)}]", name="accounts"
    ),
    CheckConstraint(
        "cardinality(accounts) > 0 AND cardinality(accounts) = cardinality(amounts)"
        " AND array_position(amounts, NULL) IS NULL AND 0 <> ALL (amounts)",
        name="entries",
    ),
    CheckConstraint("holdfast_sum(amounts) = 0", name="balance"),
    Index("ix_postings_order_id", "order_id"),
    Index("ix_postings_organizer_id_live", "organizer_id", "live"),
    Index("ix_postings_moment", "provider", "live", "occurred_at"),
)

attention = Table(
    "attention",
    metadata,
    uuid("id", primary_key=True),
    text("kind"),
    uuid("subject_id"),
    uuid("organizer_id", null=True),
    uuid("order_id", null=True),
    flag("live"),
    text("detail"),
    text("state"),
    text("choice", null=True),
    text("note", null=True),
    uuid("resolved_by", null=True),
    moment("created_at"),
    moment("resolved_at", null=True),
    version(),
    one_of("kind", AttentionKind),
    one_of("state", AttentionState),
    one_of("choice", Choice),
    CheckConstraint(
        "(state = 'RESOLVED') = (choice IS NOT NULL)"
        " AND (state = 'RESOLVED') = (resolved_at IS NOT NULL)",
        name="resolved",
    ),
    Index(
        "uq_attention_open",
        "kind",
        "subject_id",
        unique=True,
        postgresql_where=sql("state = 'OPEN'"),
    ),
    Index("ix_attention_subject_id", "subject_id"),
    Index("ix_attention_created_at_id", "created_at", "id"),
    Index("ix_attention_organizer_id", "organizer_id", "created_at", "id"),
)

reconciliations = Table(
    "reconciliations",
    metadata,
    uuid("id", primary_key=True),
    text("provider"),
    flag("live"),
    moment("since"),
    moment("until"),
    count("compared"),
    moment("created_at"),
    CheckConstraint("since <= until", name="span"),
    Index("ix_reconciliations_latest", "live", "provider", "until", "created_at"),
)

# Not part of the report's row: each is somebody's, and row policies say whose.
discrepancies = Table(
    "discrepancies",
    metadata,
    uuid("reconciliation_id"),
    count("position"),
    text("kind"),
    text("reference"),
    Column("ours", BigInteger),
    Column("theirs", BigInteger),
    text("currency"),
    uuid("payment_id", null=True),
    uuid("order_id", null=True),
    uuid("organizer_id", null=True),
    PrimaryKeyConstraint("reconciliation_id", "position"),
    ForeignKeyConstraint(["reconciliation_id"], ["reconciliations.id"]),
)
