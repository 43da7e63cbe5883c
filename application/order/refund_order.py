"""RefundOrder: money of a paid order goes back, by its organizer: all of it, that of some tickets,
or an amount. The refund is saved before the provider is asked.

Whether the caller may is looked at with the caller's eyes; what concerns money is written by the
system.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.order.access import sold_order
from application.payment.refunding import RefundProcess
from application.payment.requesting import Paid, load_paid, named, request_refund
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.views.refund import RefundView
from domain.order.errors import OrderNotRefundable, RefundTooLarge, TicketNotRefundable
from domain.order.refund import SYSTEM_REASONS, Refund
from domain.order.refunding import worth
from domain.stock import MOST_UNITS_PER_ORDER
from domain.ticket.ticket import Ticket
from shared.checks import Checks
from shared.ids import OrderId, RefundId, TicketId
from shared.money import MAX_AMOUNT, Money

_MOST_NAMED = 50
"""Tickets that a refusal names: gRPC clients take no more than 8 KiB of metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder(Command[RefundView]):
    """`amount` in minor units, with its currency. Neither amount nor tickets: all that is left,
    with every ticket that was not used. Tickets: what was paid for them, or the amount, if that is
    less. An amount alone leaves the tickets as they are, unless it is all that is left.

    `return_stock`: the places of void tickets are on sale again.
    """

    key_policy: ClassVar[KeyPolicy] = KeyPolicy.REQUIRED
    keeps_refusals: ClassVar[bool] = True

    order_id: OrderId
    amount: tuple[int, str] | None
    ticket_ids: tuple[TicketId, ...] | None
    reason: str
    return_stock: bool = True


@dataclass(frozen=True, slots=True)
class RefundOrderHandler:
    """Answers the refund as it stands when the provider has decided, or not answered; what is left
    to do happens in the background. The tickets are void in any case.

    Raises OrderNotFound (also for its buyer), RoleMissing, OrderNotRefundable, RefundTooLarge,
    TicketNotRefundable, FieldInvalid.
    """

    begin: Begin
    ids: Ids
    process: RefundProcess
    patience: timedelta
    """How long after the request the background looks at a refund that nobody finished."""

    async def __call__(self, command: RefundOrder, ctx: Context) -> RefundView:
        reason = _check(command)
        refund = await self._request(command, reason, ctx)
        await self.process.advance(refund.id, ctx.request_id)
        async with self.begin(ctx.as_system().holding_claim()) as work:
            latest = await work.refunds.get(refund.id)
            return await work.commit(RefundView.of(latest or refund))

    async def _request(self, command: RefundOrder, reason: str, ctx: Context) -> Refund:
        async with self.begin(ctx) as work:
            order = await sold_order(work, command.order_id, ctx)
        async with self.begin(ctx.as_system()) as work:
            paid = await load_paid(work, await work.orders.get(order.id) or order)
            now = await work.now()
            amount, tickets = _wanted(command, paid)
            refund = request_refund(
                work,
                paid,
                id=RefundId(self.ids.uuid()),
                amount=amount,
                tickets=tickets,
                reason=reason,
                return_stock=command.return_stock,
                due_at=now + self.patience,
                at=now,
            )
            await work.commit(RefundView.of(refund), final=False)
            return refund


def _check(command: RefundOrder) -> str:
    """What can be said without the order; the cleaned reason. Raises FieldInvalid."""
    checks = Checks()
    reason = checks.text("reason", command.reason, longest=200)
    if reason in SYSTEM_REASONS:
        checks.fail("reason", f"must not be {reason}, which is the system's own")
    if command.amount is not None:
        checks.at("amount").number("amount", command.amount[0], least=1, most=MAX_AMOUNT)
    if command.ticket_ids is not None:
        if not 1 <= len(command.ticket_ids) <= MOST_UNITS_PER_ORDER:
            checks.fail("ticket_ids", f"must be 1 to {MOST_UNITS_PER_ORDER} tickets")
        elif len(set(command.ticket_ids)) < len(command.ticket_ids):
            checks.fail("ticket_ids", "must not name a ticket twice")
    checks.done()
    return reason


def _wanted(command: RefundOrder, paid: Paid) -> tuple[Money, Sequence[Ticket]]:
    """How much, and which tickets are void with it.

    Raises FieldInvalid, OrderNotRefundable, RefundTooLarge, TicketNotRefundable.
    """
    left, amount = paid.left, paid.left
    if command.amount is not None:
        checks, (units, currency) = Checks(), command.amount
        amount = checks.money("amount", units, currency, expected=left.currency)
        checks.done()
    if paid.payment is None or left.is_zero:
        raise OrderNotRefundable(metadata={"state": paid.order.state.value})
    if command.ticket_ids is None:
        _require(amount, left)
        return amount, paid.issued if amount == left else ()
    tickets = named(paid.issued, command.ticket_ids)
    value = worth(paid.order, [ticket.ticket_type_id for ticket in tickets])
    if len(tickets) < len(command.ticket_ids) or value.is_zero:
        usable = {ticket.id for ticket in tickets} if not value.is_zero else set()
        others = [str(each) for each in command.ticket_ids if each not in usable]
        raise TicketNotRefundable(metadata={"ticket_ids": ",".join(others[:_MOST_NAMED])})
    if command.amount is None:
        amount = value
    else:
        _require(amount, value)
    _require(amount, left)
    return amount, tickets


def _require(amount: Money, most: Money) -> None:
    if amount.amount > most.amount:
        raise RefundTooLarge(metadata={"left": most.amount, "currency": most.currency})
