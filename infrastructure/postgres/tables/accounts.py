"""Users, with what lets them in, and guests.

Foreign keys stay within an aggregate, and along the trail of the money: aggregates refer to each
other by id.
"""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Table, UniqueConstraint
from sqlalchemy import text as sql

from domain.user.proof import ProofPurpose
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

users = Table(
    "users",
    metadata,
    uuid("id", primary_key=True),
    text("email"),
    text("email_key"),  # the address without regard to case: unique
    flag("email_verified"),
    text("name"),
    text("password_hash"),
    flag("active"),
    flag("superuser"),
    flag("founder"),
    moment("created_at"),
    version(),
    UniqueConstraint("email_key"),
    Index("uq_users_founder", "founder", unique=True, postgresql_where=sql("founder")),
    Index("ix_users_superusers", "id", postgresql_where=sql("superuser")),
    Index("ix_users_created_at_id", "created_at", "id"),
)

sessions = Table(
    "sessions",
    metadata,
    uuid("id", primary_key=True),
    uuid("user_id"),
    count("number"),
    Column("token_hash", LargeBinary, nullable=False),
    moment("rotated_at"),
    moment("created_at"),
    moment("expires_at"),
    moment("ended_at", null=True),
    version(),
    CheckConstraint("number >= 0", name="number"),
    Index("ix_sessions_live", "user_id", "created_at", postgresql_where=sql("ended_at IS NULL")),
    # What may be forgotten.
    Index("ix_sessions_expires_at", "expires_at"),
    Index("ix_sessions_ended_at", "ended_at", postgresql_where=sql("ended_at IS NOT NULL")),
)

proofs = Table(
    "proofs",
    metadata,
    uuid("id", primary_key=True),
    uuid("user_id"),
    text("purpose"),
    text("email_key"),
    moment("created_at"),
    moment("expires_at"),
    moment("used_at", null=True),
    version(),
    one_of("purpose", ProofPurpose),
    Index(
        "ix_proofs_unused",
        "user_id",
        "purpose",
        "created_at",
        postgresql_where=sql("used_at IS NULL"),
    ),
)

guests = Table(
    "guests",
    metadata,
    uuid("id", primary_key=True),
    text("email"),
    text("email_key"),
    uuid("tests_of", null=True),
    moment("created_at"),
    uuid("claimed_by", null=True),
    version(),
    Index(
        "ix_guests_unclaimed",
        "email_key",
        "created_at",
        "id",
        postgresql_where=sql("claimed_by IS NULL"),
    ),
)
