"""What must be true in the end, whatever happened."""

from collections import Counter
from collections.abc import Iterator, Sequence

from application.payment.offline import OFFLINE
from domain.attention.attention import AttentionKind
from domain.event.event import EventState
from domain.ledger.posting import Account, PostingKind
from domain.order.dispute import disputed_amount
from domain.order.order import PAID, Order, OrderState
from domain.order.payment import Goal, Payment, PaymentState
from domain.order.refund import EVENT_CANCELLED, RefundState
from domain.ticket.ticket import TicketState
from infrastructure.memory.tables import Tables
from infrastructure.simulated.ledger import Entry, Kind, Totals
from shared.ids import PaymentId
from tests.adapters.memory.harness import MemoryHarness
from tests.random.market import Market

_ENDS = {*PAID, OrderState.EXPIRED, OrderState.CANCELLED, OrderState.FAILED}
_SIMULATED = "simulated"


async def of(market: Market) -> list[str]:
    """Everything that is not as it must be."""
    ledger = await market.provider.ledger()
    wrong = [*_payments(market.tables, ledger), *_sums(market.tables, ledger)]
    for order in market.tables.orders.values():
        wrong += [
            f"order {order.number} ({order.state.name}): {each}"
            for each in _order(market.tables, order)
        ]
    wrong += _stock_before_money(market.tables, ledger)
    wrong += _refunds(market.tables)
    wrong += await _disputes(market)
    wrong += await _counters(market)
    wrong += _reports(market.tables)
    return wrong


def figures(market: Market) -> Counter[str]:
    """What there is in the end."""
    tables = market.tables
    seen = Counter(f"order {order.state.name}" for order in tables.orders.values())
    seen.update(f"payment {each.state.name}" for each in tables.payments.values())
    seen.update(f"refund {each.state.name}" for each in tables.refunds.values())
    seen.update(f"attention {each.kind.name}" for each in tables.attention.values())
    seen.update(f"posting {each.kind.name}" for each in tables.postings.values())
    seen["tickets"] = len(tables.tickets)
    seen["late money re-taken"] = sum(
        type(row.fact).__name__ == "OrderCommitted" and getattr(row.fact, "late", False)
        for row in tables.outbox
    )
    seen["late money given back"] = sum(
        each.state is PaymentState.CAPTURED and each.goal is Goal.ABANDON
        for each in tables.payments.values()
    )
    return seen


def _payments(tables: Tables, ledger: Sequence[Entry]) -> Iterator[str]:
    """To the cent, payment by payment."""
    entries: dict[PaymentId, list[Entry]] = {}
    for entry in ledger:
        entries.setdefault(PaymentId(entry.payment_id), []).append(entry)
    for unknown in entries.keys() - tables.payments.keys():
        yield f"the provider has a payment {unknown} that we have not"
    booked: Counter[tuple[PaymentId, Account]] = Counter()
    for posting in tables.postings.values():
        if posting.provider == _SIMULATED:
            for account, amount in posting.entries.items():
                booked[posting.payment_id, account] += amount
    for payment in tables.payments.values():
        theirs = Totals.of(entries.get(payment.id, ()))
        taken = payment.amount.amount if payment.state is PaymentState.CAPTURED else 0
        if payment.provider != _SIMULATED:
            taken = 0
        ours = booked[payment.id, Account.PROVIDER]
        if theirs.captured != taken:
            yield f"payment {payment.id}: they captured {theirs.captured}, we say {taken}"
        if theirs.promised:
            yield f"payment {payment.id}: {theirs.promised} is promised for ever"
        if theirs.kept != ours:
            yield f"payment {payment.id}: they keep {theirs.kept}, our books say {ours}"
        if booked[payment.id, Account.DISPUTED]:
            yield f"payment {payment.id}: something is disputed for ever"


def _sums(tables: Tables, ledger: Sequence[Entry]) -> Iterator[str]:
    """In sum, and every posting by itself."""
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    for posting in tables.postings.values():
        if sum(posting.entries.values()):
            yield f"posting {posting.id} does not sum to zero"
        if posting.provider == _SIMULATED:
            ours[posting.currency] += posting.entries.get(Account.PROVIDER, 0)
    signs = {Kind.CAPTURED: 1, Kind.REFUNDED: -1, Kind.RETURNED: 1, Kind.DISPUTED: -1}
    signs[Kind.DISPUTE_WON] = 1
    for entry in ledger:
        theirs[entry.currency] += signs.get(entry.kind, 0) * entry.amount
    if {name: sum for name, sum in ours.items() if sum} != {
        name: sum for name, sum in theirs.items() if sum
    }:
        yield f"in sum: {dict(theirs)} at the provider, {dict(ours)} in our books"


def _order(tables: Tables, order: Order) -> Iterator[str]:
    payments = tables.payments_by_attempt(order.id)
    captured = [each for each in payments if each.state is PaymentState.CAPTURED]
    tickets = [tables.tickets[each] for each in tables.tickets_of_order.get(order.id, ())]
    refunds = list(tables.refunds_of(order.id))
    paid = order.state in PAID
    if order.state not in _ENDS:
        yield "is not at its end"
    if len(captured) > 1:
        yield "was paid twice"
    if paid and not order.is_free and [each.goal for each in captured] != [Goal.COLLECT]:
        yield "is confirmed without money"
    if len(tickets) != (sum(line.quantity for line in order.lines) if paid else 0):
        yield f"has {len(tickets)} tickets"
    gone = sum(each.amount.amount for each in refunds if each.state is RefundState.SUCCEEDED)
    if order.refunded != gone:
        yield f"says {order.refunded} has gone back, and it was {gone}"
    if paid and not order.is_free:
        partly = OrderState.PARTIALLY_REFUNDED if gone else OrderState.CONFIRMED
        if order.state is not (OrderState.REFUNDED if gone == order.total.amount else partly):
            yield f"{gone} of {order.total} has gone back"
    for payment in captured:
        yield from _money_of(tables, order, payment)
    yield from _after_cancellation(tables, order)


def _money_of(tables: Tables, order: Order, payment: Payment) -> Iterator[str]:
    """Late money is used, or goes back; and our accounts say whose the rest is."""
    refunds = [each for each in tables.refunds.values() if each.payment_id == payment.id]
    disputes = [each for each in tables.disputes.values() if each.payment_id == payment.id]
    # What a person sent by hand the payer's bank knows nothing of: it may be claimed as well.
    by_hand = {each.source_id for each in tables.postings.values() if each.provider == OFFLINE}
    known = [each for each in refunds if payment.provider == OFFLINE or each.id not in by_hand]
    back = sum(each.amount.amount for each in known if each.counts)
    claimed = disputed_amount(disputes)
    if back + claimed > payment.amount.amount:
        yield f"{back} went back and {claimed} was claimed of {payment.amount}"
    if order.state not in PAID and back + claimed < payment.amount.amount:
        if not any(each.state is RefundState.FAILED for each in refunds):
            yield "its money neither bought anything nor went back"
    held: Counter[Account] = Counter()
    for posting in tables.postings.values():
        if posting.payment_id == payment.id:
            held.update(posting.entries)
    if back == payment.amount.amount and not claimed and any(held.values()):
        yield f"everything went back, and the accounts hold {dict(held)}"
    owed = held[Account.TAX] + held[Account.PLATFORM]
    if owed > 0:
        yield f"more tax and fees went back than were charged: {dict(held)}"
    claims = any(each.state.name != "WON" for each in disputes)
    for ticket_id in tables.tickets_of_order.get(order.id, ()):
        ticket = tables.tickets[ticket_id]
        if ticket.state is not TicketState.VOID and ticket.disputed != claims:
            yield f"ticket {ticket.id} is {'' if ticket.disputed else 'not '}flagged"


def _after_cancellation(tables: Tables, order: Order) -> Iterator[str]:
    if tables.events[order.event_id].state is not EventState.CANCELLED or order.state not in PAID:
        return
    asked = any(each.reason == EVENT_CANCELLED for each in tables.refunds_of(order.id))
    disputed = any(each.order_id == order.id for each in tables.disputes.values())
    if order.state is not OrderState.REFUNDED and not asked and not disputed:
        yield "its event was cancelled, and nobody asked for its money back"


def _stock_before_money(tables: Tables, ledger: Sequence[Entry]) -> Iterator[str]:
    """Nothing promised is taken before the order has made its stock its own."""
    committed = {
        row.aggregate_id: row.fact.occurred_at
        for row in tables.outbox
        if type(row.fact).__name__ == "OrderCommitted"
    }
    for entry in ledger:
        payment = tables.payments[PaymentId(entry.payment_id)]
        if entry.kind is Kind.CAPTURED and not payment.method.startswith("instant"):
            moment = committed.get(payment.order_id)
            if moment is None or moment > entry.at:
                yield f"payment {payment.id} was captured without stock"


def _refunds(tables: Tables) -> Iterator[str]:
    """A person knows of each that failed, and of nothing else."""
    asked = {(item.kind, item.subject_id) for item in tables.attention.values()}
    disputes = {each.id for each in tables.disputes.values()}
    offline = {
        each.id
        for each in tables.refunds.values()
        if tables.payments[each.payment_id].provider != _SIMULATED
    }
    failed = {
        each.id
        for each in tables.refunds.values()
        if each.state is RefundState.FAILED and each.id not in offline
    }
    wanted = {(AttentionKind.REFUND_FAILED, each) for each in failed}
    wanted |= {(AttentionKind.REFUND_BY_HAND, each) for each in offline}
    for kind, subject in wanted - asked:
        yield f"nobody was told of {kind.name} {subject}"
    for item in tables.attention.values():
        about_dispute = item.kind is AttentionKind.DISPUTE and item.subject_id in disputes
        differs = item.kind is AttentionKind.LEDGERS_DIFFER
        if (item.kind, item.subject_id) not in wanted and not about_dispute and not differs:
            yield f"a person was asked for nothing: {item.kind.name} {item.detail}"


async def _disputes(market: Market) -> Iterator[str]:
    tables, wrong = market.tables, []
    for payment in tables.payments.values():
        theirs = {
            each.reference: (each.amount, each.state.name)
            for each in await market.provider.disputes(payment.id)
        }
        ours = {
            each.reference: (each.amount.amount, each.state.name)
            for each in tables.disputes.values()
            if each.payment_id == payment.id
        }
        if ours != theirs:
            wrong.append(f"payment {payment.id}: disputes {theirs} there, {ours} here")
    return iter(wrong)


async def _counters(market: Market) -> Iterator[str]:
    """Counters equal the truth, and nothing was sold twice."""
    wrong = []
    harness = MemoryHarness()
    harness.database = market.database
    for sale in market.sales:
        for pool_id, page in (await harness.books(sale.event.id)).items():
            try:
                page.check()
            except AssertionError:
                wrong.append(f"pool {pool_id}: {page}")
            if page.held:
                wrong.append(f"pool {pool_id}: {page.held} is held for ever")
    codes = Counter(ticket.code for ticket in market.tables.tickets.values())
    wrong += [f"two tickets with code {code}" for code, count in codes.items() if count > 1]
    return iter(wrong)


def _reports(tables: Tables) -> Iterator[str]:
    """The last comparison of both ledgers found nothing; every movement was looked at by one."""
    reports = sorted(tables.reconciliations.values(), key=lambda each: each.until)
    if not reports:
        yield "the books were never compared"
        return
    for found in reports[-1].discrepancies:
        yield f"the books differ: {found}"
    latest = max((each.occurred_at for each in tables.postings.values()), default=None)
    if latest is not None and reports[-1].until < latest:
        yield "the last movements were not compared"
    fees = [each for each in tables.postings.values() if each.kind is PostingKind.PROVIDER_FEE]
    if fees:
        yield "fees that nobody took"
