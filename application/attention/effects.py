"""What follows from a choice, noted in the transaction that notes the choice itself."""

from dataclasses import replace
from datetime import datetime

from application.payment.by_hand import note_done_by_hand
from application.payment.requesting import request_again
from application.ports.identity import Ids
from application.ports.inbox import ProviderEvent, Topic
from application.ports.unit_of_work import UnitOfWork
from domain.attention.attention import Attention, AttentionKind, Choice
from domain.order.payment import PaymentState
from domain.order.refund import Refund, RefundSeen, RefundState
from shared.ids import PaymentId, RefundId


async def follow(work: UnitOfWork, item: Attention, *, ids: Ids, at: datetime) -> None:
    """Notes what the choice of a resolved item leads to.

    Raises PaymentNotFound, OrderNotRefundable, RefundTooLarge.
    """
    match item.choice:
        case Choice.RETRY:
            refund = await _refund(work, item)
            if refund.state is RefundState.FAILED:
                await request_again(work, refund, ids=ids, at=at)
        case Choice.DONE_BY_HAND:
            await note_done_by_hand(work, await _refund(work, item), ids=ids, at=at)
        case Choice.LOOK_AGAIN if item.kind is AttentionKind.DISPUTE:
            await _look_at_disputes(work, item, at=at)
        case Choice.LOOK_AGAIN:
            await _look_now(work, item, at=at)
        case Choice.DISMISS if item.kind is AttentionKind.REFUND_BY_HAND:
            refund = await _refund(work, item)
            given_up = RefundSeen(state=RefundState.FAILED, failure="dismissed")
            if refund.is_open:  # nobody is going to send it: it must not wait for ever
                work.refunds.save(refund.observe(given_up, at=at))


async def _refund(work: UnitOfWork, item: Attention) -> Refund:
    refund = await work.refunds.get(RefundId(item.subject_id))
    if refund is None:
        raise RuntimeError(f"item {item.id} is about no refund")
    return refund


async def _look_now(work: UnitOfWork, item: Attention, *, at: datetime) -> None:
    """The background asks the provider about the payment, or the refund, as soon as it can."""
    payment = await work.payments.get(PaymentId(item.subject_id))
    if payment is not None:
        work.payments.save(replace(payment, looks=0, due_at=at))
        return
    refund = await _refund(work, item)
    if refund.is_open:  # what has ended is never looked at, and would be due for ever
        work.refunds.save(replace(refund, looks=0, due_at=at))


async def _look_at_disputes(work: UnitOfWork, item: Attention, *, at: datetime) -> None:
    """The same as if the provider had hinted at it."""
    payments = await work.payments.of_order(item.order_id) if item.order_id else ()
    for payment in payments:
        if payment.state is PaymentState.CAPTURED:
            work.inbox.receive(
                ProviderEvent(
                    provider=payment.provider,
                    topic=Topic.DISPUTE,
                    payment_id=payment.id,
                    event_id=f"attention-{item.id}",
                    type="look_again",
                    reference=payment.reference or "",
                    occurred_at=at,
                )
            )
