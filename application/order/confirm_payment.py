"""ConfirmPayment: the organizer says that the money of an offline payment is there."""

from dataclasses import dataclass

from application.messages import Command, Context
from application.order.access import sold_order
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.views.order import PaymentView
from domain.order.errors import PaymentNotFound
from shared.ids import OrderId, PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPayment(Command[PaymentView]):
    """`note`: how it came, such as the bank's reference."""

    order_id: OrderId
    payment_id: PaymentId
    note: str | None


@dataclass(frozen=True, slots=True)
class ConfirmPaymentHandler:
    """The payment is captured and the order confirmed at once; said twice it is the same. Money for
    an order that has expired takes its stock again.

    Raises OrderNotFound, RoleMissing, PaymentNotFound, PaymentNotConfirmable, EventNotOnSale (the
    event was cancelled), SoldOut (nothing is left for an expired order), FieldInvalid.
    """

    begin: Begin
    ids: Ids

    async def __call__(self, command: ConfirmPayment, ctx: Context) -> PaymentView:
        async with self.begin(ctx) as work:
            order = await sold_order(work, command.order_id, ctx)
            payment = await work.payments.get(command.payment_id)
            if payment is None or payment.order_id != order.id:
                raise PaymentNotFound()
            return await work.commit(PaymentView.of(payment))
