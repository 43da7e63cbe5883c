"""The schema as SQLAlchemy Core metadata: what migrations are compared with, and what queries that
are put together at run time are built from. Hand-written SQL names the same tables."""

from infrastructure.postgres.tables.accounts import members, organizers, users
from infrastructure.postgres.tables.base import metadata
from infrastructure.postgres.tables.delivery import idempotency_keys, outbox, provider_events
from infrastructure.postgres.tables.events import events, pools, stock, ticket_types
from infrastructure.postgres.tables.holds import hold_lines, holds
from infrastructure.postgres.tables.orders import order_lines, orders, tickets
from infrastructure.postgres.tables.payments import payments, refunds

__all__ = [
    "events",
    "hold_lines",
    "holds",
    "idempotency_keys",
    "members",
    "metadata",
    "order_lines",
    "orders",
    "organizers",
    "outbox",
    "payments",
    "pools",
    "provider_events",
    "refunds",
    "stock",
    "ticket_types",
    "tickets",
    "users",
]
