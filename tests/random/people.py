"""Buyers, the organizer, payers' banks: what they do is drawn, and so is when."""

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from application.attention.resolve_attention import ResolveAttention
from application.hold.create_hold import CreateHold
from application.order.cancel_order import CancelOrder
from application.order.confirm_payment import ConfirmPayment
from application.order.create_order import CreateOrder
from application.order.pay_order import PayOrder
from application.order.refund_order import RefundOrder
from application.views.order import OrderView, PaymentView
from domain.attention.attention import AttentionKind, AttentionState, Choice
from domain.order.order import PAID
from domain.order.payment import PaymentState
from domain.order.refund import EVENT_CANCELLED
from shared.ids import AttentionId, OrderId, PaymentId
from tests.contracts.world import Caller
from tests.random.market import Market

METHODS: Final = {
    "succeed": 30,
    "instant": 9,
    "requires_action": 12,
    "succeed_late": 10,
    "instant_late": 8,
    "effect_then_timeout": 5,
    "decline": 6,
    "capture_fails": 4,
    "refund_pending": 5,
    "refund_fails": 4,
    "refund_comes_back": 4,
    "disputed": 5,
    "bank_transfer": 8,
}


async def shop_around(market: Market) -> bool:
    """Comes, and buys if there is anything; whether an order was placed."""
    chance = market.chance
    buyer = await market.street.user()
    sale = chance.choice(market.sales[-3:])
    names = chance.sample(["Standing", "Seated", "Free"], chance.choice([1, 1, 2]))
    lines = sale.lines({name: chance.randint(1, 3) for name in names})
    create = CreateHold(event_id=sale.event.id, lines=lines)
    hold = await market.ask(buyer, lambda app, ctx: app.holds.create(create, ctx))
    if hold is None:
        return False
    await asyncio.sleep(chance.uniform(0, 20))
    place = CreateOrder(hold_id=hold.id, buyer_name="Ada", buyer_email="ada@example.com")
    order = await market.ask(buyer, lambda app, ctx: app.orders.create(place, ctx))
    if order is None:
        return False
    market.someone(_buy(market, buyer, order))
    if chance.random() < 0.5:
        market.someone(_handle(market, OrderId(order.id)))
    return True


async def _buy(market: Market, buyer: Caller, order: OrderView) -> None:
    """Pays, or not; in time, or too late; once, or in two tabs."""
    chance = market.chance
    await asyncio.sleep(chance.uniform(0, 15))
    if chance.random() < 0.05:
        return
    if chance.random() < 0.08:
        left = (market.tables.orders[order.id].deadline - market.clock.now()).total_seconds()
        await asyncio.sleep(max(0, left + chance.uniform(-1, 0.5)))
    if chance.random() < 0.1:
        market.someone(_give_up(market, buyer, order))
    for _ in range(3):
        tabs = 2 if chance.random() < 0.12 else 1
        views = await asyncio.gather(*(_pay(market, buyer, order) for _ in range(tabs)))
        for view in views:
            if view is not None and view.redirect_url:
                market.someone(_decide(market, view))
        if chance.random() < 0.5 or not any(view and view.state == "FAILED" for view in views):
            return


async def _pay(market: Market, buyer: Caller, order: OrderView) -> PaymentView | None:
    (method,) = market.chance.choices(list(METHODS), weights=list(METHODS.values()))
    provider = "offline" if method == "bank_transfer" else None
    command = PayOrder(order_id=order.id, provider=provider, method=method)
    view = await market.ask(buyer, lambda app, ctx: app.orders.pay(command, ctx))
    if view is not None and provider is not None:
        market.someone(_transfer(market, OrderId(order.id), PaymentId(view.id)))
    return view


async def _give_up(market: Market, buyer: Caller, order: OrderView) -> None:
    await asyncio.sleep(market.chance.uniform(0, 40))
    command = CancelOrder(order_id=order.id)
    await market.ask(buyer, lambda app, ctx: app.orders.cancel(command, ctx))


async def _decide(market: Market, view: PaymentView) -> None:
    """On the provider's page."""
    await asyncio.sleep(market.chance.choice([1, 30, 150, 250]) * market.chance.random())
    url = urlsplit(view.redirect_url or "")
    reference, (token,) = url.path.rsplit("/", 1)[1], parse_qs(url.query)["token"]
    luck = market.chance.random()
    if luck < 0.85:
        await market.provider.decide(reference, token, approve=luck < 0.65)


async def _transfer(market: Market, order_id: OrderId, payment_id: PaymentId) -> None:
    """The money arrives at the organizer's bank, perhaps too late, perhaps never."""
    if market.chance.random() < 0.25:
        return
    await asyncio.sleep(market.chance.uniform(60, 5000))
    command = ConfirmPayment(order_id=order_id, payment_id=payment_id, note=None)
    await market.ask(market.owner, lambda app, ctx: app.orders.confirm_payment(command, ctx))


async def _handle(market: Market, order_id: OrderId) -> None:
    """What happens to an order afterwards: refunds of all kinds, also at once, and disputes."""
    chance = market.chance
    for _ in range(chance.choice([1, 1, 2, 3])):
        await asyncio.sleep(chance.uniform(1, 400))
        doings = chance.choices(
            [_refund, _refund_by_two, _dispute, _refund_and_dispute], weights=[6, 2, 1, 1]
        )
        await doings[0](market, order_id)


async def _refund(market: Market, order_id: OrderId) -> None:
    chance = market.chance
    order = market.tables.orders[order_id]
    if order.state not in PAID:
        return
    luck, amount, tickets = chance.random(), None, None
    if luck < 0.35 and order.total.amount:
        amount = (chance.randint(1, order.total.amount), order.total.currency)
    if 0.3 < luck < 0.7:
        ids = market.tables.tickets_of_order.get(order_id, ())
        tickets = tuple(chance.sample(ids, chance.randint(1, len(ids))))
    command = RefundOrder(
        order_id=order_id,
        amount=amount,
        ticket_ids=tickets,
        reason="a broken leg",
        return_stock=chance.random() < 0.7,
    )
    await market.ask(market.owner, lambda app, ctx: app.orders.refund(command, ctx))


async def _refund_by_two(market: Market, order_id: OrderId) -> None:
    await asyncio.gather(_refund(market, order_id), _refund(market, order_id))


async def _refund_and_dispute(market: Market, order_id: OrderId) -> None:
    await asyncio.gather(_refund(market, order_id), _dispute(market, order_id))


async def _dispute(market: Market, order_id: OrderId) -> None:
    await asyncio.sleep(market.chance.random())
    for payment in market.tables.payments_by_attempt(order_id):
        if payment.state is PaymentState.CAPTURED and payment.provider == "simulated":
            opened = await market.provider.dispute(payment.reference or "")
            market.seen["disputes"] += opened


async def decide_disputes(market: Market, share: float) -> None:
    """The payers' banks, about some of those that are open at the provider."""
    for payment in list(market.tables.payments.values()):
        if payment.reference is not None and market.chance.random() < share:
            won = market.chance.random() < 0.5
            if await market.provider.end_dispute(payment.reference, won=won):
                market.seen[f"disputes {'won' if won else 'lost'}"] += 1


async def look_after(market: Market, share: float) -> None:
    """A person decides about some of what waits for one."""
    waiting = [
        item
        for item in market.tables.attention.values()
        if item.state is AttentionState.OPEN and market.chance.random() < share
    ]
    for item in waiting:
        choices: Sequence[Choice] = item.choices
        if item.kind is AttentionKind.REFUND_FAILED:
            choices = [Choice.RETRY, *choices]
        await _resolve(market, item.id, market.chance.choice(choices))


async def send_back_by_hand(market: Market) -> None:
    """What was paid offline, and so waits for nobody else."""
    for item in list(market.tables.attention.values()):
        if item.kind is AttentionKind.REFUND_BY_HAND and item.state is AttentionState.OPEN:
            choice = market.chance.choice([Choice.DONE_BY_HAND] * 4 + [Choice.DISMISS])
            await _resolve(market, item.id, choice)


async def _resolve(market: Market, item_id: AttentionId, choice: Choice) -> None:
    market.seen[f"chosen: {choice.value}"] += 1
    command = ResolveAttention(attention_id=item_id, choice=choice, note=None)
    await market.ask(market.owner, lambda app, ctx: app.attention.resolve(command, ctx))


def of_cancelled_event(market: Market, order_id: OrderId) -> bool:
    """Whether its rest was asked for."""
    return any(each.reason == EVENT_CANCELLED for each in market.tables.refunds_of(order_id))
