"""What must be true once things are quiet, whatever happened before."""

from collections.abc import Sequence

from domain.order.order import OrderState
from domain.order.payment import Goal, PaymentState
from domain.order.refund import RefundState
from infrastructure.simulated.ledger import Entry, Totals
from shared.ids import PaymentId
from tests.application.payment.shop import Shop

ENDS = {
    OrderState.CONFIRMED,
    OrderState.EXPIRED,
    OrderState.CANCELLED,
    OrderState.FAILED,
}


async def audit(shop: Shop) -> None:
    """Money, stock and tickets fit together, on our side and at the provider."""
    assert shop.unfinished() == []
    assert [bug for bug in shop.observer.bugs if isinstance(bug, Exception)] == []
    ledger = await shop.provider.ledger()
    await _money(shop, ledger)
    _order_of_capture(shop, ledger)
    await _stock(shop)


async def _money(shop: Shop, ledger: Sequence[Entry]) -> None:
    tables = shop.tables
    books = {
        payment.id: Totals.of(each for each in ledger if each.payment_id == payment.id)
        for payment in tables.payments.values()
    }
    assert {entry.payment_id for entry in ledger} <= set(books)
    for order in tables.orders.values():
        assert order.state in ENDS
        payments = tables.payments_by_attempt(order.id)
        kept = sum(books[payment.id].kept for payment in payments)
        assert kept == (order.total.amount if order.state is OrderState.CONFIRMED else 0)
        assert [books[payment.id].promised for payment in payments] == [0] * len(payments)
        for payment in payments:
            if payment.state is PaymentState.CAPTURED:
                wanted = order.state is OrderState.CONFIRMED
                assert payment.goal is (Goal.COLLECT if wanted else Goal.ABANDON)
            answer = await shop.provider.find(payment.id)
            if answer is None:
                assert payment.state is PaymentState.CANCELLED
            else:
                assert payment.state is PaymentState[answer.state.upper()]
            assert books[payment.id].captured <= order.total.amount
            sent_back = [
                refund.amount.amount
                for refund in tables.refunds.values()
                if refund.payment_id == payment.id and refund.state is RefundState.SUCCEEDED
            ]
            assert sum(sent_back) == books[payment.id].refunded


def _order_of_capture(shop: Shop, ledger: Sequence[Entry]) -> None:
    """Promised money is taken only after the order has made the stock its own."""
    committed = {
        row.aggregate_id: row.fact.occurred_at
        for row in shop.tables.outbox
        if type(row.fact).__name__ == "OrderCommitted"
    }
    for entry in ledger:
        payment = shop.tables.payments[PaymentId(entry.payment_id)]
        if entry.kind.value == "captured" and not payment.method.startswith("instant"):
            assert committed[payment.order_id] < entry.at


async def _stock(shop: Shop) -> None:
    tables = shop.tables
    tickets = [ticket.order_id for ticket in tables.tickets.values()]
    assert len({ticket.code for ticket in tables.tickets.values()}) == len(tickets)
    for order in tables.orders.values():
        confirmed = order.state is OrderState.CONFIRMED
        units = sum(line.quantity for line in order.lines)
        assert tickets.count(order.id) == (units if confirmed else 0)
    for hold in tables.holds.values():
        assert hold.state.name != "ACTIVE" or not hold.ordered
    _, sold = (await shop.counters(shop.on_sale))["Standing"]
    assert sold == len(tickets)
