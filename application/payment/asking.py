"""One step of a purchase at the provider, with a key derived from the payment."""

from datetime import datetime

from application.payment.purchase import Purchase, asked_of
from application.ports.payments import Charge, Payments
from domain.order.payment import Observation
from domain.order.purchase import Step


async def ask(
    step: Step,
    purchase: Purchase,
    provider: Payments,
    *,
    payer_address: str | None,
    at: datetime,
) -> Observation | None:
    """What the provider says to it; None: it has never heard of the payment.

    Raises OutcomeUnknown, CallRefused.
    """
    order, payment = purchase.order, purchase.payment
    asked = asked_of(payment, order)
    if step is Step.AUTHORIZE:
        if at - payment.created_at >= provider.keys_last:
            # The key may be forgotten, and with it that this was asked for before.
            seen = await provider.find(asked)
            if seen is not None:
                return seen
        charge = Charge(
            payment_id=payment.id,
            order_id=order.id,
            number=order.number,
            amount=payment.amount,
            method=payment.method,
            description=f"Order {order.number}",
            pay_until=order.deadline,
            payer_address=payer_address,
        )
        return await provider.authorize(charge, key=payment.key("authorize"))
    if payment.reference is None or step is Step.LOOK:
        return await provider.find(asked)
    if step is Step.CAPTURE:
        return await provider.capture(asked, amount=payment.amount, key=payment.key("capture"))
    # A refused cancellation is a definite answer: asking again is a new question. `looks`
    # starts again from 0 whenever the payment changes, which `version` counts.
    question = f"cancel-{payment.version}-{payment.looks}"
    return await provider.cancel(asked, key=payment.key(question))
