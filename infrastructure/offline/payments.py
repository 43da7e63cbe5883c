"""The adapter of the Payments port for money that comes past every provider.

There is nobody to ask, and nothing is kept here: a payment waits until its organizer says that the
money is there (ConfirmPayment), or until its deadline; a refund until somebody has sent it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from application.errors import WebhookInvalid
from application.payment.offline import OFFLINE
from application.ports.inbox import ProviderEvent
from application.ports.payments import (
    Acknowledgement,
    Asked,
    CallRefused,
    Charge,
    DisputeSeen,
    Movement,
    Payments,
)
from domain.order.payment import Observation, PaymentState
from domain.order.refund import RefundSeen, RefundState
from shared.ids import PaymentId, RefundId
from shared.money import Money

BANK_TRANSFER: Final = "bank_transfer"
METHODS: Final = frozenset({BANK_TRANSFER, "box_office", "invoice"})


class OfflinePayments(Payments):
    def __init__(self, *, live: bool) -> None:
        self._live = live

    @property
    def name(self) -> str:
        return OFFLINE

    @property
    def live(self) -> bool:
        return self._live

    @property
    def account(self) -> str:
        return "live" if self._live else "tests"

    @property
    def methods(self) -> frozenset[str]:
        return METHODS

    @property
    def default_method(self) -> str:
        return BANK_TRANSFER

    @property
    def keys_last(self) -> timedelta:
        """Asking twice does nothing twice, however late."""
        return timedelta.max

    @property
    def acknowledgement(self) -> Acknowledgement:
        return Acknowledgement()

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        return _seen(charge.payment_id, PaymentState.REQUIRES_ACTION)

    async def find(self, asked: Asked) -> Observation:
        """As it was asked for: what is new comes from the organizer."""
        return _seen(asked.payment_id, PaymentState.REQUIRES_ACTION)

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        raise CallRefused("offline_payments_are_confirmed")

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        return _seen(asked.payment_id, PaymentState.CANCELLED)

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        return _PENDING

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen:
        return _PENDING

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        return ()

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        return ()

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement] | None:
        """None: the organizer's own bank statement is not ours to read."""
        return None

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Nobody calls. Raises WebhookInvalid."""
        raise WebhookInvalid()


_PENDING: Final = RefundSeen(state=RefundState.PENDING)


def _seen(payment_id: PaymentId, state: PaymentState) -> Observation:
    return Observation(reference=str(payment_id), state=state)
