"""What a webhook says: the message, with what a receiver would otherwise have to ask for."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

from application.fact_codec import FACT_TYPES
from application.messaging.message import Message
from application.ports.unit_of_work import UnitOfWork
from application.views.order import OrderView
from shared.ids import OrderId, OrganizerId

_FOR_ORGANIZERS = frozenset(
    {
        "organizer",
        "invitation",
        "api_key",
        "event",
        "hold",
        "order",
        "ticket",
        "attention",
    }
)
TEST = "webhook.test"
TYPES: frozenset[str] = frozenset(
    kind.name for kind in FACT_TYPES.values() if kind.aggregate in _FOR_ORGANIZERS
)
"""The messages that organizers can be told. Not those of webhooks themselves: telling an endpoint
that it fails would fail as well."""


async def body_of(message: Message, work: UnitOfWork) -> str:
    """Of `order.*` the whole order, as GetOrder shows it to its organizer at this moment; of others
    what the message carries."""
    data: object = message.payload
    if message.type.startswith("order."):
        order = await work.orders.get(OrderId(message.aggregate_id))
        if order is not None:
            payments = await work.payments.latest([order.id])
            latest = payments[0] if payments else None
            data = OrderView.of(order, latest, reader=None, at=await work.now())
    return _written(
        id=message.id,
        type=message.type,
        occurred_at=message.occurred_at,
        position=message.position,
        organizer_id=message.organizer_id,
        live=message.live,
        data=data,
    )


def trial_body(message_id: UUID, organizer_id: OrganizerId, *, live: bool, at: datetime) -> str:
    """Of a message that is made for trying an endpoint; it has no place in the log."""
    return _written(
        id=message_id,
        type=TEST,
        occurred_at=at,
        position=None,
        organizer_id=organizer_id,
        live=live,
        data={},
    )


def _written(
    *,
    id: UUID,
    type: str,
    occurred_at: datetime,
    position: int | None,
    organizer_id: OrganizerId | None,
    live: bool,
    data: object,
) -> str:
    whole = {
        "id": id,
        "type": type,
        "timestamp": occurred_at,
        "position": position,
        "organizer_id": organizer_id,
        "live": live,
        "data": data,
    }
    return json.dumps(_plain(whole), separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> object:
    match value:
        case None | str() | int():
            return value
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Enum():
            return value.value
        case Mapping():
            return {str(name): _plain(each) for name, each in value.items()}
        case tuple() | list():
            return [_plain(each) for each in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"a webhook cannot carry {value.__class__.__name__}")
