"""The refund process: drives one refund until the provider has said its last word.

What comes next follows from the refund alone: REQUESTED asks the provider, PENDING asks how it
stands. Every question is between two transactions, and safe to repeat by whoever comes next.
"""

from dataclasses import dataclass
from datetime import datetime

from application.errors import PaymentProviderUnknown
from application.messages import Context, Priority
from application.payment.attending import ask_once
from application.payment.offline import OFFLINE
from application.payment.pauses import Pauses
from application.payment.providers import Providers
from application.payment.purchase import asked_of
from application.payment.requesting import named
from application.ports.identity import Ids
from application.ports.payments import Asked, CallRefused, OutcomeUnknown, Payments
from application.ports.unit_of_work import Begin, StaleWrite, UnitOfWork
from domain.attention.attention import AttentionKind
from domain.ledger import booking
from domain.ledger.posting import PostingKind
from domain.order.errors import PaymentNotFound
from domain.order.order import Order
from domain.order.payment import Payment
from domain.order.refund import Refund, RefundSeen, RefundState
from shared.ids import PaymentId, PostingId, RefundId, TicketId

_ROUNDS = 12
"""More than any refund needs, rounds lost to a concurrent writer included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Return:
    refund: Refund
    payment: Payment
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundProcess:
    begin: Begin
    ids: Ids
    providers: Providers
    pauses: Pauses

    async def advance(self, refund_id: RefundId, request_id: str) -> None:
        """Goes on until the refund rests or waits. Safe to run any number of times, also at once.

        Raises PaymentNotFound.
        """
        await self._run(refund_id, _context(request_id), look=False)

    async def look(self, payment_id: PaymentId, request_id: str) -> None:
        """The provider hinted at refunds of the payment: asks about each whose end can change,
        those that had succeeded included.

        Raises OutcomeUnknown, CallRefused, PaymentProviderUnknown and StaleWrite where that is not
        known now and nobody would ask again by himself.
        """
        ctx = _context(request_id)
        async with self.begin(ctx) as work:
            refunds = await work.refunds.of_payment(payment_id)
        for refund in refunds:
            if refund.state is not RefundState.FAILED:
                await self._run(refund.id, ctx, look=True)

    async def postpone(self, refund_id: RefundId, request_id: str) -> None:
        """For a refund that cannot be gone on with now: it must not come first every time."""
        ctx = _context(request_id)
        async with self.begin(ctx) as work:
            refund = await work.refunds.get(refund_id)
            if refund is None or refund.due_at is None:
                return
            work.refunds.save(self._later(refund, at=await work.now()))
            try:
                await work.commit(None)
            except StaleWrite:
                return  # somebody has gone on with it after all

    async def _run(self, refund_id: RefundId, ctx: Context, *, look: bool) -> None:
        for _ in range(_ROUNDS):
            try:
                if not await self._round(refund_id, ctx, look=look):
                    return
            except StaleWrite:
                continue
        if look:
            raise StaleWrite()

    async def _round(self, refund_id: RefundId, ctx: Context, *, look: bool) -> bool:
        """One question; False when there is nothing more to do now."""
        async with self.begin(ctx) as work:
            current = await _load(work, refund_id)
            now = await work.now()
        refund = current.refund
        if not look and (refund.due_at is None or not refund.is_open):
            return False
        try:
            provider = self.providers.get(current.payment.provider, live=current.order.live)
            seen = await self._ask(
                provider, refund, asked_of(current.payment, current.order), at=now
            )
        except OutcomeUnknown:
            if not refund.is_open:
                raise
            return await self._wait(refund, ctx)
        except (CallRefused, PaymentProviderUnknown) as refusal:
            if not refund.is_open:
                raise
            code = refusal.code if isinstance(refusal, CallRefused) else refusal.reason
            return await self._refused(refund, code, ctx)
        if seen is None:
            return await self._wait(refund, ctx)
        return await self._note(refund, seen, ctx)

    async def _ask(
        self, provider: Payments, refund: Refund, asked: Asked, *, at: datetime
    ) -> RefundSeen | None:
        requested = refund.state is RefundState.REQUESTED
        if not requested or at - refund.created_at >= provider.keys_last:
            seen = await provider.find_refund(
                asked, refund_id=refund.id, reference=refund.reference
            )
            if seen is not None or not requested:
                return seen
        return await provider.refund(
            asked, refund_id=refund.id, amount=refund.amount, key=refund.key
        )

    async def _note(self, asked: Refund, seen: RefundSeen, ctx: Context) -> bool:
        """The provider's word is saved in a transaction of its own."""
        async with self.begin(ctx) as work:
            current = await _load(work, asked.id)
            if current.refund.version != asked.version:
                return True  # somebody else learned more meanwhile: go on from there
            now = await work.now()
            after = current.refund.observe(seen, at=now)
            if after.is_open and current.payment.provider == OFFLINE:
                after = after.wait()
                await ask_once(
                    work,
                    AttentionKind.REFUND_BY_HAND,
                    after.id,
                    current.order,
                    f"{after.amount} were paid offline and are to be sent back by hand.",
                    ids=self.ids,
                    at=now,
                )
            elif after.is_open and after.due_at is not None:
                await self._tell(work, current, after, at=now)
                after = self._later(after, at=now)
            await _save(work, current, after, ids=self.ids, at=now)
            await work.commit(None)
        return False

    async def _wait(self, asked: Refund, ctx: Context) -> bool:
        """Asks again later."""
        async with self.begin(ctx) as work:
            current = await _load(work, asked.id)
            refund, now = current.refund, await work.now()
            if refund.due_at is None:
                return False
            await self._tell(work, current, refund, at=now)
            work.refunds.save(self._later(refund, at=now))
            await work.commit(None)
        return False

    async def _refused(self, asked: Refund, code: str, ctx: Context) -> bool:
        """The provider will not hear of it, however often it is asked: a person decides."""
        async with self.begin(ctx) as work:
            current = await _load(work, asked.id)
            refund, now = current.refund, await work.now()
            if refund.due_at is None:
                return False
            await ask_once(
                work,
                AttentionKind.PAYMENT_STUCK,
                refund.id,
                current.order,
                f"The provider refuses our call for a refund of {refund.amount}: {code}.",
                ids=self.ids,
                at=now,
            )
            work.refunds.save(refund.wait())
            await work.commit(None)
        return False

    async def _tell(
        self, work: UnitOfWork, current: _Return, refund: Refund, *, at: datetime
    ) -> None:
        """A person, once, of a refund that has been open for too long."""
        pending = refund.state is RefundState.PENDING
        said = "has not decided about" if pending else "does not answer to"
        if at - refund.created_at >= (self.pauses.undecided if pending else self.pauses.stuck):
            await ask_once(
                work,
                AttentionKind.PAYMENT_STUCK,
                refund.id,
                current.order,
                f"The provider {said} a refund of {refund.amount}.",
                ids=self.ids,
                at=at,
            )

    def _later(self, refund: Refund, *, at: datetime) -> Refund:
        pending = refund.state is RefundState.PENDING
        longest = self.pauses.pending_refund if pending else self.pauses.longest
        return refund.look_again(at=at, first=self.pauses.first, longest=longest)


async def note_refund(
    work: UnitOfWork, refund: Refund, seen: RefundSeen, *, ids: Ids, at: datetime
) -> Refund:
    """Notes what became of a refund with all that follows: what the order has got back, the
    ledger, and whether a person must look. Raises PaymentNotFound.
    """
    order = await work.orders.get(refund.order_id)
    payment = await work.payments.get(refund.payment_id)
    if order is None or payment is None:
        raise PaymentNotFound()
    after = refund.observe(seen, at=at)
    await _save(work, _Return(refund=refund, payment=payment, order=order), after, ids=ids, at=at)
    return after


def _context(request_id: str) -> Context:
    return Context.system(request_id, priority=Priority.PAYMENT)


async def _load(work: UnitOfWork, refund_id: RefundId) -> _Return:
    refund = await work.refunds.get(refund_id)
    order = await work.orders.get(refund.order_id) if refund else None
    payment = await work.payments.get(refund.payment_id) if refund else None
    if refund is None or order is None or payment is None:
        raise PaymentNotFound()
    return _Return(refund=refund, payment=payment, order=order)


async def _save(
    work: UnitOfWork, current: _Return, after: Refund, *, ids: Ids, at: datetime
) -> None:
    before = current.refund.state
    work.refunds.save(after)
    if after.state is before:
        return
    if RefundState.SUCCEEDED in (before, after.state):
        # The order was read before its refunds: whoever changes one of them meanwhile changes it
        # too, and this commit is done again.
        work.orders.save(await _order_after(work, current.order, after, at=at))
        await _book(work, current, after, ids=ids, at=at)
    if after.state is RefundState.FAILED:
        await ask_once(
            work,
            AttentionKind.REFUND_FAILED,
            after.id,
            current.order,
            f"{after.amount} did not go back to the buyer: {after.failure}.",
            ids=ids,
            at=at,
        )


async def _order_after(work: UnitOfWork, order: Order, after: Refund, *, at: datetime) -> Order:
    refunds = [
        after if each.id == after.id else each for each in await work.refunds.of_order(order.id)
    ]
    gone = sum(each.amount.amount for each in refunds if each.state is RefundState.SUCCEEDED)
    noted = order.note_refunded(gone, at=at)
    return noted if noted.facts else order.retry_refund(at=at)


async def _book(
    work: UnitOfWork, current: _Return, after: Refund, *, ids: Ids, at: datetime
) -> None:
    order, payment, id = current.order, current.payment, PostingId(ids.uuid())
    booked = await work.ledger.of_order(order.id)
    if after.state is RefundState.SUCCEEDED:
        ticket_ids = await refunded_tickets(work, after)
        tickets = named(await work.tickets.of_order(order.id), ticket_ids) if ticket_ids else ()
        work.ledger.post(booking.refund(order, payment, after, tickets, booked, id=id, at=at))
        return
    for posting in booked:
        if posting.kind is PostingKind.REFUND and posting.source_id == after.id:
            work.ledger.post(booking.refund_failed(posting, id=id, at=at))


async def refunded_tickets(work: UnitOfWork, refund: Refund) -> tuple[TicketId, ...]:
    """Those the refund is for: a repeated one is for what the first was."""
    by_id = {each.id: each for each in await work.refunds.of_payment(refund.payment_id)}
    first = refund
    while first.retry_of is not None and first.retry_of in by_id:
        first = by_id[first.retry_of]
    return first.ticket_ids
