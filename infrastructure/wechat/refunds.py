"""What WeChat Pay says of a refund."""

from collections.abc import Mapping
from typing import Final

from application.ports.payments import OutcomeUnknown
from domain.order.refund import RefundSeen, RefundState
from infrastructure.wechat import formats
from infrastructure.wechat.client import Answer
from shared.ids import PaymentId, RefundId

_STATES: Final[Mapping[str, RefundState]] = {
    "PROCESSING": RefundState.PENDING,
    "SUCCESS": RefundState.SUCCEEDED,
    "CLOSED": RefundState.FAILED,
    "ABNORMAL": RefundState.FAILED,  # the payer's bank did not take it: it waits for a person
}


def seen(answer: Answer, payment_id: PaymentId, refund_id: RefundId) -> RefundSeen:
    """Raises OutcomeUnknown when it is about something else, or nothing we understand."""
    theirs = answer.text("out_trade_no"), answer.text("out_refund_no")
    if theirs != (formats.number(payment_id), formats.number(refund_id)):
        raise OutcomeUnknown("the answer is about another refund")
    status = answer.text("status")
    state = _STATES.get(status)
    if state is None:
        raise OutcomeUnknown(f"refund status {status!r:.40}")
    return RefundSeen(
        state=state,
        reference=answer.text("refund_id") or None,
        failure=status.lower() if state is RefundState.FAILED else None,
    )
