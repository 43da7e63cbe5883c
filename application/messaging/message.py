"""A message: a fact as everybody but us sees it, with a stable versioned name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.fact_codec import Plain
from shared.ids import OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`position` is its place in the log: it grows in an order that keeps that of the commits of
    each aggregate, and nothing is ever put in before what somebody has read.

    `request_id` and `actor` are those of the call it comes of. `organizer_id` is None where it
    concerns no organizer; what is not `live` is of a test.
    """

    id: UUID
    position: int
    type: str
    version: int
    aggregate: str
    aggregate_id: UUID
    payload: Mapping[str, Plain]
    occurred_at: datetime
    request_id: str
    actor: str
    organizer_id: OrganizerId | None
    live: bool

    @property
    def topic(self) -> str:
        """Messages of one kind of aggregate share a topic; those of one aggregate keep their
        order in it."""
        return topic_of(self.aggregate)


def topic_of(aggregate: str) -> str:
    return f"ticketing.{aggregate}"
