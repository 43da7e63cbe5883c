"""Facts of the log as an organizer reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from application.fact_codec import Plain
from application.messaging.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """`position` is its place in the log, which has gaps where other organizers' facts are; `data`
    is what its type, in its `version`, says. What is not `live` is of a test."""

    id: UUID
    type: str
    version: int
    position: int
    aggregate: str
    aggregate_id: UUID
    occurred_at: datetime
    live: bool
    data: Mapping[str, Plain]

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(
            id=message.id,
            type=message.type,
            version=message.version,
            position=message.position,
            aggregate=message.aggregate,
            aggregate_id=message.aggregate_id,
            occurred_at=message.occurred_at,
            live=message.live,
            data=message.payload,
        )
