"""What Alipay says of a trade."""

from collections.abc import Mapping
from typing import Final

from application.ports.payments import OutcomeUnknown
from domain.order.payment import Observation, PaymentState
from infrastructure.alipay import formats
from infrastructure.alipay.answers import Answer
from shared.ids import PaymentId

_STATES: Final[Mapping[str, PaymentState]] = {
    "WAIT_BUYER_PAY": PaymentState.REQUIRES_ACTION,
    "TRADE_SUCCESS": PaymentState.CAPTURED,
    "TRADE_FINISHED": PaymentState.CAPTURED,
    "TRADE_CLOSED": PaymentState.CANCELLED,
}


def check(answer: Answer, payment_id: PaymentId) -> None:
    """A genuine answer may still be one to another question. Raises OutcomeUnknown."""
    if answer.text("out_trade_no") != formats.number(payment_id):
        raise OutcomeUnknown("the answer is about another trade")


def seen(answer: Answer, payment_id: PaymentId, *, live: bool) -> Observation:
    """Raises OutcomeUnknown when it says nothing we understand."""
    check(answer, payment_id)
    status = answer.text("trade_status")
    state = _STATES.get(status)
    if state is None:
        raise OutcomeUnknown(f"trade status {status!r:.40}")
    if state is PaymentState.CANCELLED and answer.text("send_pay_date"):
        state = PaymentState.CAPTURED  # it was paid, and closed when all was given back
    try:
        amount = formats.money(answer.text("total_amount"))
    except ValueError as error:
        raise OutcomeUnknown("an answer without an amount") from error
    return Observation(
        reference=formats.number(payment_id),
        state=state,
        amount=amount,
        payment_id=payment_id,
        live=live,
    )
