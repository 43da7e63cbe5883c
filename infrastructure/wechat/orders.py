"""What WeChat Pay says of an order."""

from collections.abc import Mapping
from typing import Final

from application.ports.payments import OutcomeUnknown
from domain.order.payment import Observation, PaymentState
from infrastructure.wechat import formats
from infrastructure.wechat.client import Answer
from infrastructure.wechat.config import WechatConfig
from shared.ids import PaymentId

_STATES: Final[Mapping[str, PaymentState]] = {
    "NOTPAY": PaymentState.REQUIRES_ACTION,
    "USERPAYING": PaymentState.PROCESSING,
    "ACCEPT": PaymentState.PROCESSING,
    "SUCCESS": PaymentState.CAPTURED,
    "REFUND": PaymentState.CAPTURED,  # paid, and some or all of it given back
    "CLOSED": PaymentState.CANCELLED,
    "REVOKED": PaymentState.CANCELLED,
    "PAYERROR": PaymentState.FAILED,
}


def seen(answer: Answer, payment_id: PaymentId, *, config: WechatConfig, live: bool) -> Observation:
    """Raises OutcomeUnknown when it is about something else, or nothing we understand."""
    reference = formats.number(payment_id)
    theirs = answer.text("appid"), answer.text("mchid"), answer.text("out_trade_no")
    if theirs != (config.app_id, config.merchant_id, reference):
        raise OutcomeUnknown("the answer is about another order")
    trade_state = answer.text("trade_state")
    state = _STATES.get(trade_state)
    if state is None:
        raise OutcomeUnknown(f"trade state {trade_state!r:.40}")
    if state is PaymentState.CANCELLED and answer.text("success_time"):
        state = PaymentState.CAPTURED  # it was paid before
    amount = formats.money(answer.fields, "total")
    if amount is None and state is PaymentState.CAPTURED:
        raise OutcomeUnknown("an answer without an amount")
    return Observation(
        reference=reference,
        state=state,
        amount=amount,
        payment_id=payment_id,
        live=live,
        failure=trade_state.lower() if state is PaymentState.FAILED else None,
    )
