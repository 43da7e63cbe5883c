"""The schema as SQLAlchemy Core metadata: what migrations are compared with. Hand-written SQL names
the same tables; nothing at run time loads this."""

from infrastructure.postgres.tables.accounts import guests, proofs, sessions, users
from infrastructure.postgres.tables.base import metadata
from infrastructure.postgres.tables.delivery import (
    idempotency_keys,
    mails,
    outbox,
    provider_events,
)
from infrastructure.postgres.tables.events import events, pools, stock, ticket_types
from infrastructure.postgres.tables.holds import holds
from infrastructure.postgres.tables.messages import (
    consumed,
    dead_letters,
    log_cursors,
    parked_messages,
)
from infrastructure.postgres.tables.money import (
    attention,
    discrepancies,
    disputes,
    postings,
    reconciliations,
)
from infrastructure.postgres.tables.orders import order_lines, orders, tickets
from infrastructure.postgres.tables.organizers import api_keys, invitations, members, organizers
from infrastructure.postgres.tables.payments import payments, refunds
from infrastructure.postgres.tables.throttle import login_attempts
from infrastructure.postgres.tables.webhooks import webhook_deliveries, webhook_endpoints

__all__ = [
    "api_keys",
    "attention",
    "consumed",
    "dead_letters",
    "discrepancies",
    "disputes",
    "events",
    "guests",
    "holds",
    "idempotency_keys",
    "invitations",
    "log_cursors",
    "login_attempts",
    "mails",
    "members",
    "metadata",
    "order_lines",
    "orders",
    "organizers",
    "outbox",
    "parked_messages",
    "payments",
    "pools",
    "postings",
    "proofs",
    "provider_events",
    "reconciliations",
    "refunds",
    "sessions",
    "stock",
    "ticket_types",
    "tickets",
    "users",
    "webhook_deliveries",
    "webhook_endpoints",
]
