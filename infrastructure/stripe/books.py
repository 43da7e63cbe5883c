"""What Stripe tells by itself: disputes, events it could not deliver, and its ledger."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import TypeVar

import msgspec
import stripe

from application.ports.inbox import ProviderEvent
from application.ports.payments import Asked, DisputeSeen, Movement
from infrastructure.stripe import disputes, events
from infrastructure.stripe.lookup import Lookup, is_session
from infrastructure.stripe.movements import movements_of

T = TypeVar("T", bound=stripe.StripeObject)

_PAGE = 100


class Books:
    """Its methods raise StripeError."""

    def __init__(self, client: stripe.StripeClient, lookup: Lookup) -> None:
        self._v1 = client.v1
        self._lookup = lookup

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        seen = None if asked.reference else await self._lookup.payment(asked)
        reference = asked.reference or (seen.reference if seen else None)
        if reference is None or is_session(reference):
            return []  # nobody has paid it
        page = await self._v1.disputes.list_async({"payment_intent": reference, "limit": _PAGE})
        return [disputes.seen(each) for each in await _oldest_first(page)]

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        """Stripe keeps events for thirty days."""
        page = await self._v1.events.list_async(
            {
                "delivery_success": False,
                "created": {"gte": ceil(since.timestamp())},
                "types": list(events.PAYMENT_TYPES),
                "limit": _PAGE,
            }
        )
        return [
            events.provider_event(events.read(msgspec.json.encode(event.to_dict(for_json=True))))
            for event in await _oldest_first(page)
        ]

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement]:
        page = await self._v1.balance_transactions.list_async(
            {
                "created": {"gte": ceil(since.timestamp()), "lt": ceil(until.timestamp())},
                "expand": ["data.source"],
                "limit": _PAGE,
            }
        )
        lines = await _oldest_first(page)
        return [movement for line in lines for movement in movements_of(line)]


async def _oldest_first(page: stripe.ListObject[T]) -> list[T]:
    """All of a list, which Stripe gives newest first."""
    return [each async for each in page.auto_paging_iter()][::-1]
