"""What must be true once things are quiet, whatever happened before."""

from collections import Counter
from collections.abc import Sequence

from domain.ledger.posting import Account
from domain.order.order import PAID, Order, OrderState
from domain.order.payment import Goal, PaymentState
from domain.order.refund import RefundState
from infrastructure.simulated.ledger import Entry, Totals
from shared.ids import PaymentId
from tests.application.payment.shop import Shop

ENDS = {
    *PAID,
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
        assert kept == (order.total.amount - order.refunded if order.state in PAID else 0)
        assert kept == sum(_account(shop, order, Account.PROVIDER).values())
        _state_of_refunds(shop, order)
        assert [books[payment.id].promised for payment in payments] == [0] * len(payments)
        for payment in payments:
            if payment.state is PaymentState.CAPTURED:
                wanted = order.state in PAID
                assert payment.goal is (Goal.COLLECT if wanted else Goal.ABANDON)
            answer = await shop.provider.find(payment.id)
            if answer is None:
                assert payment.reference is None and payment.state in (
                    PaymentState.CANCELLED,
                    PaymentState.FAILED,  # refused by the very first call
                )
            else:
                assert payment.state is PaymentState[answer.state.upper()]
            assert books[payment.id].captured <= order.total.amount
            sent_back = [
                refund.amount.amount
                for refund in tables.refunds.values()
                if refund.payment_id == payment.id and refund.state is RefundState.SUCCEEDED
            ]
            assert sum(sent_back) == books[payment.id].refunded


def _state_of_refunds(shop: Shop, order: Order) -> None:
    """The order says what its refunds say; what is given back entirely leaves nothing behind."""
    refunds = shop.refunds_of(order.id)
    assert not [refund for refund in refunds if refund.is_open]
    gone = sum(each.amount.amount for each in refunds if each.state is RefundState.SUCCEEDED)
    assert order.refunded == gone
    if order.state in PAID:
        partly = OrderState.PARTIALLY_REFUNDED if gone else OrderState.CONFIRMED
        over = OrderState.REFUNDED if gone == order.total.amount else partly
        assert order.state is over or order.is_free
    if gone == order.total.amount or order.state not in PAID:
        assert not [each for account in Account for each in _account(shop, order, account).values()]


def _account(shop: Shop, order: Order, account: Account) -> Counter[str]:
    """What the account holds of the order by currency, in what is not zero."""
    held: Counter[str] = Counter()
    for posting in shop.tables.postings.values():
        if posting.order_id == order.id:
            held[posting.currency] += posting.entries.get(account, 0)
    return Counter({currency: amount for currency, amount in held.items() if amount})


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
        units = sum(line.quantity for line in order.lines)
        assert tickets.count(order.id) == (units if order.state in PAID else 0)
    for hold in tables.holds.values():
        assert hold.state.name != "ACTIVE" or not hold.ordered
    sold = sum(sold for _, sold in (await shop.counters(shop.on_sale)).values())
    assert sold == sum(ticket.is_sold for ticket in tables.tickets.values())
