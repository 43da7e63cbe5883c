"""Events with what they sell, and the counters of their pools."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from domain.event.event import EventState
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

events = Table(
    "events",
    metadata,
    uuid("id", primary_key=True),
    uuid("organizer_id"),
    flag("live"),
    text("name"),
    text("description"),
    text("venue"),
    text("timezone"),
    moment("starts_at"),
    moment("ends_at"),
    text("currency"),
    # With defaults for processes of the version before, while it is being replaced.
    Column("prices_include_tax", Boolean, nullable=False, server_default=sql("true")),
    Column("pass_on_fees", Boolean, nullable=False, server_default=sql("false")),
    Column("fee_name", Text, nullable=False, server_default="Service fee"),
    Column("fee_basis_points", Integer, nullable=False, server_default="0"),
    Column("fee_per_ticket", BigInteger, nullable=False, server_default="0"),
    text("state"),
    Column("max_per_buyer", Integer),
    Column("offline_payment_hours", Integer),
    moment("created_at"),
    moment("updated_at"),
    version(),
    one_of("state", EventState),
    Index("ix_events_starts_at_id", "starts_at", "id"),
    Index("ix_events_organizer_id_starts_at_id", "organizer_id", "starts_at", "id"),
    Index("ix_events_cancelled", "id", postgresql_where=sql("state = 'CANCELLED'")),
)

pools = Table(
    "pools",
    metadata,
    uuid("id", primary_key=True),
    uuid("event_id"),
    count("position"),
    text("name"),
    count("capacity"),
    ForeignKeyConstraint(["event_id"], ["events.id"]),
    UniqueConstraint("event_id", "name"),
)

ticket_types = Table(
    "ticket_types",
    metadata,
    uuid("id", primary_key=True),
    uuid("event_id"),
    count("position"),
    text("name"),
    amount("price"),  # in the event's currency
    Column("tax_name", Text, nullable=False, server_default="Tax"),
    Column("tax_rate_basis_points", Integer, nullable=False, server_default="0"),
    count("max_per_order"),
    Column("pool_ids", ARRAY(Uuid), nullable=False),
    ForeignKeyConstraint(["event_id"], ["events.id"]),
    UniqueConstraint("event_id", "name"),
    CheckConstraint("price >= 0", name="price"),
    CheckConstraint("cardinality(pool_ids) > 0", name="pool_ids"),
)

# The hottest rows there are, so they are narrow, nothing refers to them, and their pages keep room
# for new versions: an update of the counters never touches an index.
stock: Table = Table(
    "stock",
    metadata,
    Column[UUID]("pool_id", Uuid, primary_key=True),
    uuid("event_id"),
    count("capacity"),
    count("held"),
    count("sold"),
    CheckConstraint("held >= 0", name="held"),
    CheckConstraint("sold >= 0", name="sold"),
    CheckConstraint("held + sold <= capacity", name="capacity"),
    Index("ix_stock_event_id", "event_id"),
    postgresql_with={"fillfactor": 30},
)
