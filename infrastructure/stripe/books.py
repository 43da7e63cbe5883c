"""What Stripe tells by itself: disputes, events it could not deliver, and its ledger."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil

import msgspec
import stripe

from application.ports.inbox import ProviderEvent
from application.ports.payments import Asked, DisputeSeen, Movement
from infrastructure.stripe import disputes, events
from infrastructure.stripe.lookup import Lookup
from infrastructure.stripe.movements import movements_of

_PAGE = 100


class Books:
    """Its methods raise StripeError."""

    def __init__(self, client: stripe.StripeClient, lookup: Lookup) -> None:
        self._v1 = client.v1
        self._lookup = lookup

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        page = await self._v1.disputes.list_async(
            {"payment_intent": await self._lookup.intent_id(asked), "limit": _PAGE}
        )
        found = [dispute async for dispute in page.auto_paging_iter()]
        return [disputes.seen(each) for each in sorted(found, key=lambda each: each.created)]

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
        found = [
            events.provider_event(events.read(msgspec.json.encode(event.to_dict(for_json=True))))
            async for event in page.auto_paging_iter()
        ]
        return sorted(found, key=lambda each: each.occurred_at)

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement]:
        page = await self._v1.balance_transactions.list_async(
            {
                "created": {"gte": ceil(since.timestamp()), "lt": ceil(until.timestamp())},
                "expand": ["data.source"],
                "limit": _PAGE,
            }
        )
        lines = [line async for line in page.auto_paging_iter()]
        lines.sort(key=lambda line: line.created)
        return [movement for line in lines for movement in movements_of(line)]
