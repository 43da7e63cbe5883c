"""Promising, taking and forgetting money. Its methods raise StripeError and CallRefused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import stripe

from application.ports.payments import Asked, CallRefused, Charge
from domain.order.payment import Observation, PaymentState
from infrastructure.stripe import asking
from infrastructure.stripe.calls import code_of, is_definite, is_replayed, keyed
from infrastructure.stripe.currencies import to_stripe
from infrastructure.stripe.lookup import Lookup, is_session
from infrastructure.stripe.reading import Reader
from shared.money import Money


class Charging:
    def __init__(
        self, client: stripe.StripeClient, lookup: Lookup, reader: Reader, *, return_url: str
    ) -> None:
        self._intents = client.v1.payment_intents
        self._sessions = client.v1.checkout.sessions
        self._lookup = lookup
        self._reader = reader
        self._return_url = return_url

    async def authorize(self, charge: Charge, key: str) -> Observation:
        try:
            return await self._create(charge, key)
        except stripe.StripeError as error:
            # An error of Stripe's own is the key's answer for a day: only a look can tell more.
            known = None
            if is_replayed(error) and not is_definite(error):
                known = await self._lookup.payment(_asked(charge))
            if known is None:
                raise
            return known

    async def _create(self, charge: Charge, key: str) -> Observation:
        if charge.method == asking.CHECKOUT:
            page = asking.session_params(charge, self._return_url)
            session = await keyed(
                lambda k: self._sessions.create_async(page, {"idempotency_key": k}), key
            )
            return self._reader.session(session)
        params = asking.intent_params(charge)
        intent = await keyed(
            lambda k: self._intents.create_async(params, {"idempotency_key": k}), key
        )
        return self._reader.intent(intent)

    async def capture(self, asked: Asked, amount: Money, key: str) -> Observation:
        """An intent can be captured once, so nothing can happen twice."""
        if amount.currency != asked.amount.currency:
            raise CallRefused("currency_mismatch")
        reference = await self._lookup.intent_id(asked)
        wanted = to_stripe(amount)
        try:
            intent = await keyed(
                lambda k: self._intents.capture_async(
                    reference, {"amount_to_capture": wanted}, {"idempotency_key": k}
                ),
                key,
                once=False,
            )
            return self._reader.intent(intent)
        except stripe.InvalidRequestError:
            seen = self._reader.intent(await self._intents.retrieve_async(reference))
            if seen.state is PaymentState.AUTHORIZED:
                raise
            return seen
        except stripe.CardError as error:
            # The bank does not keep its word: what is left of the promise is of no use.
            seen = await self._cancel_intent(reference, f"{key}-cancel")
            if seen.state is PaymentState.CAPTURED:
                return seen
            return replace(seen, state=PaymentState.FAILED, failure=code_of(error))

    async def cancel(self, asked: Asked, key: str) -> Observation:
        """The intent of an open session is Stripe's own: its session is closed instead."""
        reference = await self._lookup.reference(asked)
        if is_session(reference):
            seen = await self._close(reference, key)
            if seen.state is not PaymentState.AUTHORIZED:
                return seen
            reference = seen.reference
        return await self._cancel_intent(reference, f"{key}-intent")

    async def _cancel_intent(self, reference: str, key: str) -> Observation:
        try:
            intent = await keyed(
                lambda k: self._intents.cancel_async(reference, {}, {"idempotency_key": k}),
                key,
                once=False,
            )
        except stripe.InvalidRequestError:
            intent = await self._intents.retrieve_async(reference)
        return self._reader.intent(intent)

    async def _close(self, reference: str, key: str) -> Observation:
        try:
            await keyed(
                lambda k: self._sessions.expire_async(reference, {}, {"idempotency_key": k}),
                key,
                once=False,
            )
        except stripe.InvalidRequestError:
            pass  # it is not open any more: what became of it is looked up as well
        return self._reader.session(await self._lookup.session(reference))


def _asked(charge: Charge) -> Asked:
    began = asking.began_at(charge.payment_id) or datetime.now(UTC) - timedelta(days=1)
    return Asked(
        payment_id=charge.payment_id,
        order_id=charge.order_id,
        reference=None,
        amount=charge.amount,
        method=charge.method,
        asked_at=began,
    )
