"""Refunds that a person has made outside of the system."""

from dataclasses import replace
from datetime import datetime

from application.payment.offline import OFFLINE
from application.payment.refunding import note_refund, refunded_tickets
from application.payment.requesting import named, require_left
from application.ports.identity import Ids
from application.ports.unit_of_work import UnitOfWork
from domain.ledger import booking
from domain.order.errors import PaymentNotFound
from domain.order.refund import Refund, RefundSeen, RefundState
from shared.ids import PostingId, RefundId

_DONE = RefundSeen(state=RefundState.SUCCEEDED)


async def note_done_by_hand(work: UnitOfWork, refund: Refund, *, ids: Ids, at: datetime) -> None:
    """Notes that the money of the refund is with the buyer. One that waits for it has succeeded;
    one that failed stays so, and a new one has succeeded in its place.

    Raises PaymentNotFound, OrderNotRefundable, RefundTooLarge.
    """
    if refund.is_open:
        await note_refund(work, refund, _DONE, ids=ids, at=at)
    elif refund.state is RefundState.FAILED:
        await _instead(work, refund, ids=ids, at=at)


async def _instead(work: UnitOfWork, failed: Refund, *, ids: Ids, at: datetime) -> None:
    order = await work.orders.get(failed.order_id)
    payment = await work.payments.get(failed.payment_id)
    if order is None or payment is None:
        raise PaymentNotFound()
    refunds = await work.refunds.of_payment(payment.id)
    await require_left(work, order, payment, refunds, failed)
    refund = failed.again(id=RefundId(ids.uuid()), at=at).observe(_DONE, at=at)
    work.refunds.add(refund)
    gone = sum(each.amount.amount for each in refunds if each.state is RefundState.SUCCEEDED)
    work.orders.save(order.note_refunded(gone + refund.amount.amount, at=at))
    booked = await work.ledger.of_order(order.id)
    tickets = named(await work.tickets.of_order(order.id), await refunded_tickets(work, failed))
    posting = booking.refund(
        order, payment, refund, tickets, booked, id=PostingId(ids.uuid()), at=at
    )
    # It did not move at the provider, whose ledger will not have it.
    work.ledger.post(replace(posting, provider=OFFLINE))
