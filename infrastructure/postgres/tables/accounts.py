"""Users and organizers.

Foreign keys stay within an aggregate, and along the trail of the money: aggregates refer to each
other by id.
"""

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from domain.organizer.organizer import Role
from infrastructure.postgres.tables.base import count, metadata, moment, one_of, text, uuid, version

users = Table(
    "users",
    metadata,
    uuid("id", primary_key=True),
    text("email"),
    text("email_key"),  # the address without regard to case: unique
    text("name"),
    text("password_hash"),
    moment("created_at"),
    version(),
    UniqueConstraint("email_key"),
)

organizers = Table(
    "organizers",
    metadata,
    uuid("id", primary_key=True),
    text("name"),
    text("slug"),
    moment("created_at"),
    version(),
    UniqueConstraint("slug"),
)

members = Table(
    "members",
    metadata,
    uuid("organizer_id"),
    uuid("user_id"),
    text("role"),
    count("position"),
    PrimaryKeyConstraint("organizer_id", "user_id"),
    ForeignKeyConstraint(["organizer_id"], ["organizers.id"]),
    one_of("role", Role),
    Index("ix_members_user_id", "user_id"),
)
