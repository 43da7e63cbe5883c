"""Attempts to log in, counted by what they have in common."""

from sqlalchemy import CheckConstraint, Column, Index, Table, Text

from infrastructure.postgres.tables.base import count, metadata, moment

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("key", Text, primary_key=True),
    count("count"),
    moment("last_at"),
    CheckConstraint("count >= 0", name="count"),
    Index("ix_login_attempts_last_at", "last_at"),
)
