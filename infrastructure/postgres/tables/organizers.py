"""Organizers, and who acts for them: members, those invited, API keys."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from domain.organizer.invitation import InvitationState
from domain.organizer.organizer import Role
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
    moment("joined_at"),
    PrimaryKeyConstraint("organizer_id", "user_id"),
    ForeignKeyConstraint(["organizer_id"], ["organizers.id"]),
    one_of("role", Role),
    Index("ix_members_user_id", "user_id"),
)

# Nobody writes that the time of one is over: readers see it.
_WRITTEN = [state for state in InvitationState if state is not InvitationState.EXPIRED]

invitations = Table(
    "invitations",
    metadata,
    uuid("id", primary_key=True),
    uuid("organizer_id"),
    text("email"),
    text("email_key"),
    text("role"),
    text("state"),
    uuid("invited_by"),
    moment("created_at"),
    moment("expires_at"),
    version(),
    one_of("role", Role),
    one_of("state", _WRITTEN),
    Index("ix_invitations_organizer_id_created_at_id", "organizer_id", "created_at", "id"),
    Index("ix_invitations_invited_by_created_at", "invited_by", "created_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    uuid("id", primary_key=True),
    uuid("organizer_id"),
    text("name"),
    Column("key_hash", LargeBinary, nullable=False),
    text("hint"),
    flag("live"),
    Column("scopes", ARRAY(Text), nullable=False),
    moment("created_at"),
    moment("expires_at", null=True),
    moment("last_used_at", null=True),
    moment("revoked_at", null=True),
    version(),
    UniqueConstraint("key_hash"),
    CheckConstraint("cardinality(scopes) > 0", name="scopes"),
    Index("ix_api_keys_organizer_id_created_at_id", "organizer_id", "created_at", "id"),
)
