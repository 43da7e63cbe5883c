"""Disputes: what the provider says of them, noted with everything that follows from it.

The provider decides. Each look asks it and compares with what we have; what is new is noted dispute
by dispute, in one transaction each, so it does not matter how often or in what order one is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from application.messages import Context, Priority
from application.payment.providers import Providers
from application.ports.identity import Ids
from application.ports.payments import Asked, DisputeSeen
from application.ports.unit_of_work import Begin, StaleWrite, UnitOfWork
from domain.attention.attention import Attention, AttentionKind
from domain.ledger import disputes as booking
from domain.ledger.booking import posted
from domain.ledger.posting import Account, PostingKind
from domain.order.dispute import Dispute, DisputeState
from domain.order.order import Order
from domain.order.payment import Payment, PaymentState
from domain.ticket.ticket import TicketState
from shared.ids import AttentionId, DisputeId, PaymentId, PostingId

_ROUNDS = 8
"""Tries at one dispute while others keep changing the same things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeDesk:
    begin: Begin
    ids: Ids
    providers: Providers

    async def look(self, payment_id: PaymentId, request_id: str) -> None:
        """Notes what became of the payment's disputes; safe to run any number of times, also at
        once.

        Raises OutcomeUnknown, CallRefused, PaymentProviderUnknown; and StaleWrite where others were
        always quicker: look again later.
        """
        ctx = Context.system(request_id, priority=Priority.PAYMENT)
        async with self.begin(ctx) as work:
            payment = await work.payments.get(payment_id)
            order = await work.orders.get(payment.order_id) if payment else None
        if payment is None or order is None or payment.state is not PaymentState.CAPTURED:
            return  # money that was not taken cannot be claimed back
        provider = self.providers.get(payment.provider, live=order.live)
        asked = Asked(
            payment_id=payment.id,
            order_id=order.id,
            reference=payment.reference,
            amount=payment.amount,
            method=payment.method,
            asked_at=payment.created_at,
        )
        for seen in await provider.disputes(asked):
            await self._settle(payment, seen, ctx)

    async def _settle(self, payment: Payment, seen: DisputeSeen, ctx: Context) -> None:
        for _ in range(_ROUNDS - 1):
            try:
                return await self._note(payment, seen, ctx)
            except StaleWrite:
                continue
        await self._note(payment, seen, ctx)

    async def _note(self, payment: Payment, seen: DisputeSeen, ctx: Context) -> None:
        async with self.begin(ctx) as work:
            order = await work.orders.get(payment.order_id)
            known = await work.disputes.of_payment(payment.id)
            if order is None:
                raise RuntimeError(f"payment {payment.id} has no order")
            now = await work.now()
            before = next((each for each in known if each.reference == seen.reference), None)
            after = self._follow(work, before, seen, payment, order, at=now)
            posted = await self._book(work, after, seen, payment, order, at=now)
            others = [each for each in known if each.reference != seen.reference]
            claimed = any(each.state is not DisputeState.WON for each in (*others, after))
            flagged = await _flag(work, order, claimed, at=now)
            if after is not before or posted or flagged:
                await work.commit(None)

    def _follow(
        self,
        work: UnitOfWork,
        before: Dispute | None,
        seen: DisputeSeen,
        payment: Payment,
        order: Order,
        *,
        at: datetime,
    ) -> Dispute:
        """The dispute as it stands; a decided one stays as it was decided."""
        dispute = before or Dispute.open(
            id=DisputeId(self.ids.uuid()),
            payment_id=payment.id,
            order_id=payment.order_id,
            reference=seen.reference,
            amount=seen.amount,
            reason=seen.reason,
            at=at,
        )
        if dispute.state is DisputeState.OPEN and seen.state is DisputeState.WON:
            dispute = dispute.win(at=at)
        elif dispute.state is DisputeState.OPEN and seen.state is DisputeState.LOST:
            dispute = dispute.lose(at=at)
        if before is None:
            work.disputes.add(dispute)
            if dispute.state is not DisputeState.WON:
                work.orders.save(order.note_disputed(at=at))
                work.attention.add(self._ask(dispute, order, at=at))
        elif dispute is not before:
            work.disputes.save(dispute)
        return dispute

    def _ask(self, dispute: Dispute, order: Order, *, at: datetime) -> Attention:
        verb = "has claimed" if dispute.state is DisputeState.LOST else "claims"
        return Attention.ask(
            id=AttentionId(self.ids.uuid()),
            kind=AttentionKind.DISPUTE,
            subject_id=dispute.id,
            organizer_id=order.organizer_id,
            order_id=order.id,
            live=order.live,
            detail=f"The payer's bank {verb} {dispute.amount} of order {order.number} back"
            f" ({dispute.reason}).",
            at=at,
        )

    async def _book(
        self,
        work: UnitOfWork,
        dispute: Dispute,
        seen: DisputeSeen,
        payment: Payment,
        order: Order,
        *,
        at: datetime,
    ) -> bool:
        """Posts what is not there yet; whether there was anything."""
        there = {
            each.kind
            for each in await work.ledger.of_order(order.id)
            if each.source_id == dispute.id
        }
        amount = dispute.amount.amount
        due: dict[PostingKind, Mapping[Account, int]] = {}
        if seen.withdrawn or PostingKind.DISPUTE in there:
            due[PostingKind.DISPUTE] = booking.withdrawn(amount)
            if dispute.state is DisputeState.WON:
                due[PostingKind.DISPUTE_WON] = booking.won(amount)
            if dispute.state is DisputeState.LOST:
                due[PostingKind.DISPUTE_LOST] = booking.lost(amount)
        missing = [kind for kind in due if kind not in there]
        for kind in missing:
            work.ledger.post(
                posted(
                    order,
                    payment,
                    kind,
                    dispute.id,
                    dispute.amount.currency,
                    due[kind],
                    id=PostingId(self.ids.uuid()),
                    at=at,
                )
            )
        return bool(missing)


async def _flag(work: UnitOfWork, order: Order, claimed: bool, *, at: datetime) -> bool:
    """Flags the tickets of an order whose money is claimed back, or takes the flag away; void ones
    are nobody's any more. Whether any changed."""
    changed = False
    for ticket in await work.tickets.of_order(order.id):
        flagged = ticket.flag(claimed, at=at)
        if flagged is not ticket and ticket.state is not TicketState.VOID:
            work.tickets.save(flagged)
            changed = True
    return changed
