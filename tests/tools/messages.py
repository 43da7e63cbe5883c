"""Messages of facts, as the log would make them."""

from uuid import uuid4

from application.fact_codec import FACT_TYPES, payload
from application.messaging.message import Message
from shared.facts import Fact
from shared.ids import OrganizerId


def message_of(fact: Fact, *, organizer_id: OrganizerId | None = None) -> Message:
    kind = FACT_TYPES[type(fact)]
    return Message(
        id=uuid4(),
        position=7,
        type=kind.name,
        version=kind.version,
        aggregate=kind.aggregate,
        aggregate_id=fact.aggregate_id,
        payload=payload(fact),
        occurred_at=fact.occurred_at,
        request_id="r-1",
        actor="system",
        organizer_id=organizer_id,
        live=organizer_id is None,
    )
