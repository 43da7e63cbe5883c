"""Our side of Stripe: the adapter of the Payments port."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from application.errors import WebhookFault, WebhookInvalid
from application.ports.inbox import ProviderEvent
from application.ports.payments import (
    Acknowledgement,
    Asked,
    Charge,
    DisputeSeen,
    Movement,
    Payments,
)
from domain.order.payment import Observation
from domain.order.refund import RefundSeen
from infrastructure.stripe import asking, events, signature
from infrastructure.stripe.books import Books
from infrastructure.stripe.calls import wire
from infrastructure.stripe.charging import Charging
from infrastructure.stripe.client import open_client
from infrastructure.stripe.http import HttpClient
from infrastructure.stripe.keys import is_live
from infrastructure.stripe.lookup import Lookup
from infrastructure.stripe.reading import Reader
from infrastructure.stripe.refunds import Refunds
from shared.ids import RefundId
from shared.money import Money

_KEYS_LAST: Final = timedelta(hours=23)
"""Stripe forgets them after a day; an hour is for clocks and for what was on its way."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class StripePayments(Payments):
    """`async with` it: it owns its connections.

    `live` is our mode; whether the money is real, the key says. Webhooks are signed with any of
    `webhook_secrets`. `return_url` is where a buyer comes back to from Stripe's page; {order_id}
    and {payment_id} in it are filled in. An answer that takes longer than `timeout_seconds` is
    none. `clock` judges how old webhooks are.
    """

    def __init__(
        self,
        *,
        api_key: str,
        webhook_secrets: Sequence[str],
        api_base: str | None = None,
        live: bool,
        return_url: str,
        timeout_seconds: float = 20,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._account = hashlib.sha256(api_key.encode()).hexdigest()[:16]
        self._secrets = tuple(secret for secret in webhook_secrets if secret)
        self._clock = clock
        self._reader = Reader(live=live, livemode=is_live(api_key))
        # An address that was named is called as it is.
        self._http = HttpClient(deadline=timeout_seconds, proxies=api_base is None)
        client = open_client(api_key, self._http, api_base=api_base)
        self._lookup = Lookup(client, self._reader)
        self._charging = Charging(client, self._lookup, self._reader, return_url=return_url)
        self._refunds = Refunds(client, self._lookup)
        self._books = Books(client, self._lookup)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close_async()

    @property
    def name(self) -> str:
        return events.NAME

    @property
    def live(self) -> bool:
        return self._reader.live

    @property
    def account(self) -> str:
        return self._account

    @property
    def methods(self) -> frozenset[str]:
        return asking.METHODS

    @property
    def default_method(self) -> str:
        return asking.CARD

    @property
    def keys_last(self) -> timedelta:
        return _KEYS_LAST

    @property
    def acknowledgement(self) -> Acknowledgement:
        return Acknowledgement(body=b'{"received":true}')

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        with wire():
            return await self._charging.authorize(charge, key)

    async def find(self, asked: Asked) -> Observation | None:
        with wire():
            return await self._lookup.payment(asked)

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        with wire():
            return await self._charging.capture(asked, amount, key)

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        with wire():
            return await self._charging.cancel(asked, key)

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        with wire():
            return await self._refunds.make(asked, refund_id=refund_id, amount=amount, key=key)

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        with wire():
            return await self._refunds.find(asked, refund_id=refund_id, reference=reference)

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        with wire():
            return await self._books.disputes(asked)

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        with wire():
            return await self._books.missed_events(since=since)

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement]:
        with wire():
            return await self._books.movements(since=since, until=until)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        header = headers.get(signature.HEADER, "")
        if not signature.is_genuine(self._secrets, body, header, now=self._clock()):
            raise WebhookInvalid()
        try:
            event = events.read(body)
            if event.livemode is not self._reader.livemode:
                raise WebhookInvalid(fault=WebhookFault.OTHER_MODE)
            if event.account is not None:
                raise WebhookInvalid(fault=WebhookFault.OTHER_ACCOUNT)
            return events.provider_event(event)
        except (ValueError, OverflowError, OSError) as error:
            raise WebhookInvalid(fault=WebhookFault.UNREADABLE) from error
