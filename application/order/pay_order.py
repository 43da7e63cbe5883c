"""PayOrder: start a payment and go on with it as far as that is possible now. The attempt is saved
before the provider is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.order.access import own_order
from application.payment.offline import OFFLINE
from application.payment.process import PaymentProcess
from application.payment.providers import Providers
from application.ports.identity import Ids
from application.ports.payments import Payments
from application.ports.unit_of_work import Begin
from application.views.order import PaymentView
from domain.event.errors import EventNotFound
from domain.event.event import Event
from domain.hold.hold import Hold
from domain.order.errors import OrderNotPayable, PaymentInProgress
from domain.order.payment import Payment, PaymentState
from shared.errors import FieldInvalid, Violation
from shared.ids import OrderId, PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PayOrder(Command[PaymentView]):
    """None stands for the default provider, or the provider's default method."""

    key_policy: ClassVar[KeyPolicy] = KeyPolicy.REQUIRED
    keeps_refusals: ClassVar[bool] = True

    order_id: OrderId
    provider: str | None
    method: str | None


@dataclass(frozen=True, slots=True)
class PayOrderHandler:
    """Answers the payment as it stands when it has come to its end, or to where only the buyer, the
    provider or time can do something; what is left to do happens in the background.

    Raises OrderNotFound, OrderNotPayable (also where the event does not offer to pay offline),
    PaymentInProgress, EventNotOnSale (cancelled),
    PaymentProviderUnknown, FieldInvalid (unknown method).
    """

    begin: Begin
    ids: Ids
    providers: Providers
    process: PaymentProcess
    extension: timedelta
    patience: timedelta
    """How long after the start the background looks at a payment that nobody finished."""

    async def __call__(self, command: PayOrder, ctx: Context) -> PaymentView:
        payment = await self._start(command, ctx)
        await self.process.advance(payment.id, ctx.request_id, payer_address=ctx.address)
        async with self.begin(ctx.holding_claim()) as work:
            latest = await work.payments.get(payment.id)
            return await work.commit(PaymentView.of(latest or payment))

    async def _start(self, command: PayOrder, ctx: Context) -> Payment:
        async with self.begin(ctx) as work:
            order = await own_order(work, command.order_id, ctx)
            provider = self.providers.get(command.provider, live=order.live)
            method = _method(provider, command.method)
            attempts = await work.payments.of_order(order.id)
            if attempts and attempts[-1].is_open:
                raise PaymentInProgress(metadata={"payment_id": attempts[-1].id})
            event, hold = await work.events.get(order.event_id), await work.holds.get(order.hold_id)
            if event is None or hold is None:
                raise EventNotFound()
            now = await work.now()
            order.require_payable(at=now)
            if attempts and attempts[-1].state is PaymentState.CAPTURED:
                raise OrderNotPayable(metadata={"state": order.state.value})
            event.require_buyable()
            extended = self._keep(hold, event, provider, at=now)
            if extended.facts:
                work.holds.save(extended)
            work.orders.save(order.start_payment(deadline=extended.expires_at, at=now))
            payment = Payment.start(
                id=PaymentId(self.ids.uuid()),
                order_id=order.id,
                attempt=len(attempts) + 1,
                provider=provider.name,
                method=method,
                amount=order.total,
                due_at=now + self.patience,
                at=now,
            )
            work.payments.add(payment)
            await work.commit(PaymentView.of(payment), final=False)
            return payment

    def _keep(self, hold: Hold, event: Event, provider: Payments, *, at: datetime) -> Hold:
        """The hold for as long as the buyer may take to pay. Raises OrderNotPayable."""
        if provider.name != OFFLINE:
            return hold.extend_for_payment(by=self.extension, at=at)
        hours = event.details.offline_payment_hours
        if hours is None:
            raise OrderNotPayable(metadata={"reason": "OFFLINE_NOT_OFFERED"})
        return hold.wait_for_transfer(at + timedelta(hours=hours), at=at)


def _method(provider: Payments, wanted: str | None) -> str:
    method = wanted or provider.default_method
    if method not in provider.methods:
        raise FieldInvalid(
            violations=[
                Violation(("method",), f"must be one of {', '.join(sorted(provider.methods))}")
            ],
        )
    return method
