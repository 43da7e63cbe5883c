"""Finding what Stripe keeps: by its own id, or by ours in the metadata."""

from datetime import timedelta

import stripe

from application.ports.payments import Asked, CallRefused
from domain.order.payment import Observation
from infrastructure.stripe.asking import CHECKOUT
from infrastructure.stripe.reading import Reader, metadata_of, payment_id_in
from shared.ids import RefundId

_SESSION = "cs_"
_EARLY = timedelta(minutes=5)
"""How far apart our clock and Stripe's may be."""
_LATE = timedelta(hours=25)
"""A first call is repeated for a day at most."""


def is_session(reference: str) -> bool:
    """Whether it is a Checkout Session's: the reference of a payment that nobody has paid yet."""
    return reference.startswith(_SESSION)


class Lookup:
    """Its methods raise StripeError."""

    def __init__(self, client: stripe.StripeClient, reader: Reader) -> None:
        self._client = client
        self._reader = reader

    async def payment(self, asked: Asked) -> Observation | None:
        """The payment as it stands. Without a reference a new one may be missing for a minute:
        Stripe's search lags behind."""
        reference = asked.reference
        if reference is None:
            return await self._without_reference(asked)
        if is_session(reference):
            return self._reader.session(await self.session(reference))
        intents = self._client.v1.payment_intents
        return self._reader.intent(await intents.retrieve_async(reference))

    async def session(self, reference: str) -> stripe.checkout.Session:
        return await self._client.v1.checkout.sessions.retrieve_async(
            reference, {"expand": ["payment_intent"]}
        )

    async def intent_id(self, asked: Asked) -> str:
        """Raises CallRefused where there is no PaymentIntent yet."""
        reference = await self.reference(asked)
        if is_session(reference):
            seen = self._reader.session(await self.session(reference))
            reference = seen.reference
        if is_session(reference):
            raise CallRefused("payment_without_intent")
        return reference

    async def reference(self, asked: Asked) -> str:
        """Raises CallRefused where Stripe has never heard of the payment."""
        if asked.reference is not None:
            return asked.reference
        seen = await self.payment(asked)
        if seen is None:
            raise CallRefused("payment_unknown")
        return seen.reference

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> stripe.Refund | None:
        refunds = self._client.v1.refunds
        if reference is not None:
            return await refunds.retrieve_async(reference)
        page = await refunds.list_async(
            {"payment_intent": await self.intent_id(asked), "limit": 100}
        )
        async for refund in page.auto_paging_iter():
            if metadata_of(refund).get("refund_id") == str(refund_id):
                return refund
        return None

    async def _without_reference(self, asked: Asked) -> Observation | None:
        if asked.method == CHECKOUT:
            return await self._session_of(asked)
        found = await self._client.v1.payment_intents.search_async(
            {"query": f"metadata['payment_id']:'{asked.payment_id}'", "limit": 1}
        )
        return self._reader.intent(found.data[0]) if found.data else None

    async def _session_of(self, asked: Asked) -> Observation | None:
        """Sessions cannot be searched, only leafed through."""
        page = await self._client.v1.checkout.sessions.list_async(
            {
                "created": {
                    "gte": int((asked.asked_at - _EARLY).timestamp()),
                    "lte": int((asked.asked_at + _LATE).timestamp()),
                },
                "limit": 100,
            }
        )
        async for session in page.auto_paging_iter():
            if payment_id_in(metadata_of(session)) == asked.payment_id:
                return self._reader.session(await self.session(session.id))
        return None
