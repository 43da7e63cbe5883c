"""Our side of the provider: the adapter of the Payments port."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from application.errors import WebhookFault, WebhookInvalid
from application.ports.inbox import ProviderEvent, Topic
from application.ports.payments import (
    Acknowledgement,
    Asked,
    CallRefused,
    Charge,
    DisputeSeen,
    Movement,
    MovementKind,
    OutcomeUnknown,
    Payments,
)
from domain.order.dispute import DisputeState
from domain.order.payment import Observation, PaymentState
from domain.order.refund import RefundSeen, RefundState
from infrastructure.simulated import message
from infrastructure.simulated.errors import NoAnswer, Refused
from infrastructure.simulated.intent import ALL_METHODS, DEFAULT_METHOD, Refund
from infrastructure.simulated.ledger import Kind
from infrastructure.simulated.provider import NewPayment, SimulatedProvider, utc_now
from infrastructure.simulated.signature import HEADER, TOLERANCE, signed_at
from infrastructure.simulated.storage import Answer
from shared.ids import PaymentId, RefundId
from shared.money import Money

NAME = "simulated"
_KINDS = {
    Kind.CAPTURED: MovementKind.CHARGE,
    Kind.REFUNDED: MovementKind.REFUND,
    Kind.RETURNED: MovementKind.REFUND_FAILED,
    Kind.DISPUTED: MovementKind.DISPUTE,
    Kind.DISPUTE_WON: MovementKind.DISPUTE_WON,
}
"""What is promised and let go moves no money."""


@contextmanager
def _wire() -> Iterator[None]:
    """The provider's errors in the words of the port."""
    try:
        yield
    except NoAnswer as lost:
        raise OutcomeUnknown(str(lost)) from lost
    except Refused as refused:
        raise CallRefused(refused.code) from refused


def _seen(answer: Answer) -> Observation:
    amount, currency = answer.amount, answer.currency
    return Observation(
        reference=answer.reference,
        state=PaymentState[answer.state.upper()],
        amount=None if amount is None or currency is None else Money(amount, currency),
        payment_id=None if answer.payment_id is None else PaymentId(answer.payment_id),
        live=answer.live,
        redirect_url=answer.redirect_url,
        failure=answer.failure,
    )


def _refund_seen(refund: Refund) -> RefundSeen:
    return RefundSeen(
        state=RefundState[refund.state.name],
        reference=refund.reference,
        failure=refund.failure,
    )


class SimulatedPayments(Payments):
    """`secret` is the one webhooks are signed with; `clock` judges how old they are. Both modes
    are at the same provider, and know nothing of each other."""

    def __init__(
        self,
        provider: SimulatedProvider,
        *,
        secret: bytes,
        live: bool = True,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._provider = provider
        self._secret = secret
        self._live = live
        self._clock = clock

    @property
    def name(self) -> str:
        return NAME

    @property
    def live(self) -> bool:
        return self._live

    @property
    def account(self) -> str:
        return "live" if self._live else "tests"

    @property
    def methods(self) -> frozenset[str]:
        return frozenset(ALL_METHODS)

    @property
    def default_method(self) -> str:
        return DEFAULT_METHOD

    @property
    def keys_last(self) -> timedelta:
        return timedelta(days=36_500)  # it never forgets one

    @property
    def acknowledgement(self) -> Acknowledgement:
        return Acknowledgement(body=b'{"received":true}')

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        payment = NewPayment(
            payment_id=charge.payment_id,
            order_id=charge.order_id,
            amount=charge.amount.amount,
            currency=charge.amount.currency,
            method=charge.method,
            description=charge.description,
            live=self._live,
        )
        with _wire():
            return _seen(await self._provider.authorize(payment, key=key))

    async def find(self, asked: Asked) -> Observation | None:
        with _wire():
            answer = await self._provider.find(asked.payment_id, live=self._live)
        return _seen(answer) if answer else None

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        with _wire():
            return _seen(
                await self._provider.capture(
                    _reference(asked),
                    amount=amount.amount,
                    currency=amount.currency,
                    key=key,
                    live=self._live,
                )
            )

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        with _wire():
            return _seen(await self._provider.cancel(_reference(asked), key=key, live=self._live))

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        with _wire():
            answer = await self._provider.refund(
                _reference(asked),
                refund_id=refund_id,
                amount=amount.amount,
                currency=amount.currency,
                key=key,
                live=self._live,
            )
        if answer.refund is None:
            raise RuntimeError(f"the refund {refund_id} has no answer")
        return _refund_seen(answer.refund)

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        with _wire():
            refund = await self._provider.find_refund(asked.payment_id, refund_id, live=self._live)
        return _refund_seen(refund) if refund else None

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        with _wire():
            disputes = await self._provider.disputes(asked.payment_id, live=self._live)
        return [
            DisputeSeen(
                reference=dispute.reference,
                amount=Money(dispute.amount, asked.amount.currency),
                reason=dispute.reason,
                state=DisputeState[dispute.state.name],
                withdrawn=True,
            )
            for dispute in disputes
        ]

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        with _wire():
            bodies = await self._provider.missed(since=since)
        messages = [message.read(body) for body in bodies]
        return [_event(each) for each in messages if each.data.live is self._live]

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement]:
        with _wire():
            entries = await self._provider.moved(live=self._live, since=since, until=until)
        return [
            Movement(
                id=f"sim_{entry.position}",
                kind=_KINDS[entry.kind],
                reference=entry.reference,
                amount=Money(entry.amount, entry.currency),
                occurred_at=entry.at,
            )
            for entry in entries
            if entry.kind in _KINDS
        ]

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        at = signed_at(self._secret, body, headers.get(HEADER, ""))
        if at is None:
            raise WebhookInvalid()
        if abs(self._clock() - at) > TOLERANCE:
            raise WebhookInvalid(fault=WebhookFault.OLD)
        try:
            event = message.read(body)
            if event.data.live is not self._live:
                raise WebhookInvalid(fault=WebhookFault.OTHER_MODE)
            return _event(event)
        except ValueError as error:
            raise WebhookInvalid(fault=WebhookFault.UNREADABLE) from error


def _event(event: message.Message) -> ProviderEvent:
    about = event.type.partition(".")[0].upper()
    return ProviderEvent(
        provider=NAME,
        topic=Topic[about] if about in Topic.__members__ else Topic.PAYMENT,
        payment_id=PaymentId(UUID(event.data.payment_id)),
        event_id=event.id,
        type=event.type,
        reference=event.data.reference,
        occurred_at=event.created,
    )


def _reference(asked: Asked) -> str:
    """Raises CallRefused."""
    if asked.reference is None:
        raise CallRefused("no_such_payment")
    return asked.reference
