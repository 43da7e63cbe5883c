"""Orders and their tickets. An order outlives its hold's row, so no foreign key leads there."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from domain.order.order import OrderState
from domain.ticket.ticket import TicketState
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

orders = Table(
    "orders",
    metadata,
    uuid("id", primary_key=True),
    text("number"),
    uuid("event_id"),
    uuid("organizer_id"),
    flag("live"),
    uuid("hold_id"),
    uuid("buyer_id"),
    text("buyer_name"),
    text("buyer_email"),
    text("state"),
    amount("total"),
    text("currency"),
    moment("deadline"),
    moment("created_at"),
    moment("updated_at"),
    version(),
    Column("refunded", BigInteger, nullable=False, server_default="0"),
    one_of("state", OrderState),
    CheckConstraint("refunded BETWEEN 0 AND total", name="refunded"),
    UniqueConstraint("hold_id"),
    UniqueConstraint("number"),
    Index("ix_orders_buyer_id_created_at_id", "buyer_id", "created_at", "id"),
    Index("ix_orders_organizer_id_created_at_id", "organizer_id", "created_at", "id"),
    Index("ix_orders_event_id_buyer_id", "event_id", "buyer_id"),
    Index("ix_orders_due", "deadline", postgresql_where=sql("state = 'PENDING_PAYMENT'")),
    Index(
        "ix_orders_paid",
        "event_id",
        "id",
        postgresql_where=sql("state IN ('CONFIRMED', 'PARTIALLY_REFUNDED')"),
    ),
)

order_lines = Table(
    "order_lines",
    metadata,
    uuid("order_id"),
    count("position"),
    uuid("event_id"),
    uuid("ticket_type_id"),
    count("quantity"),
    amount("unit_price"),  # in the order's currency
    Column("pool_ids", ARRAY(Uuid), nullable=False),
    Column("charges", JSONB),  # as `lines.charge_rows` writes them
    PrimaryKeyConstraint("order_id", "position"),
    ForeignKeyConstraint(["order_id"], ["orders.id"]),
    CheckConstraint("quantity > 0", name="quantity"),
)

tickets = Table(
    "tickets",
    metadata,
    uuid("id", primary_key=True),
    uuid("order_id"),
    uuid("event_id"),
    uuid("ticket_type_id"),
    text("code"),
    text("state"),
    moment("issued_at"),
    version(),
    Column("keeps_place", Boolean, nullable=False, server_default=sql("false")),
    Column("disputed", Boolean, nullable=False, server_default=sql("false")),
    ForeignKeyConstraint(["order_id"], ["orders.id"]),
    one_of("state", TicketState),
    UniqueConstraint("code"),
    Index("ix_tickets_order_id_id", "order_id", "id"),
)
