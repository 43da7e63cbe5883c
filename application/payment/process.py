"""The purchase process: drives one payment until there is nothing to do but wait.

Each round reads the order and its payment, asks `next_step`, and does that one thing. A step at
the provider runs between two transactions, with a key derived from the payment, so it can be
repeated by whoever comes next: PayOrder itself, a webhook, or the background after a crash.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from application.errors import PaymentProviderUnknown
from application.messages import Context, Priority
from application.order.ending import cancel, expire
from application.order.fulfilment import confirm, take_over
from application.payment.asking import ask
from application.payment.attending import ask_once
from application.payment.offline import OFFLINE
from application.payment.pauses import Pauses
from application.payment.providers import Providers
from application.payment.purchase import Purchase, load, not_cancelled
from application.payment.refunding import RefundProcess
from application.ports.identity import Ids
from application.ports.payments import CallRefused, OutcomeUnknown
from application.ports.unit_of_work import Begin, StaleWrite, UnitOfWork
from domain.attention.attention import AttentionKind
from domain.event.event import EventState
from domain.ledger import booking
from domain.order.order import Order, OrderState
from domain.order.payment import Goal, Observation, Payment, PaymentState
from domain.order.purchase import Step
from domain.order.refund import LATE_PAYMENT, Refund
from domain.stock import SoldOut
from shared.ids import PaymentId, PostingId, RefundId

_ROUNDS = 24
"""More than any purchase needs, rounds lost to a concurrent writer included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProcess:
    begin: Begin
    ids: Ids
    providers: Providers
    pauses: Pauses
    refunding: RefundProcess

    async def advance(
        self, payment_id: PaymentId, request_id: str, *, payer_address: str | None = None
    ) -> None:
        """Goes on until the payment rests or waits. Safe to run any number of times, also at once:
        what is left when others keep changing the order is done later, for it stays due.

        `payer_address` is known where it is the buyer who waits.
        """
        ctx = Context.system(request_id, priority=Priority.PAYMENT)
        ctx = replace(ctx, address=payer_address)
        for _ in range(_ROUNDS):
            try:
                if not await self._round(payment_id, ctx):
                    return
            except StaleWrite:
                continue

    async def postpone(self, payment_id: PaymentId, request_id: str) -> None:
        """For a payment that cannot be gone on with now: it must not come first every time."""
        ctx = Context.system(request_id, priority=Priority.PAYMENT)
        async with self.begin(ctx) as work:
            payment = await work.payments.get(payment_id)
        if payment is None:
            return
        try:
            await self._wait(payment, ctx)
        except StaleWrite:
            return  # somebody has gone on with it after all

    async def _round(self, payment_id: PaymentId, ctx: Context) -> bool:
        """One step; False when there is nothing more to do now."""
        async with self.begin(ctx) as work:
            purchase = await load(work, payment_id)
            now = await work.now()
            step = purchase.next_step(at=now)
            match step:
                case Step.REST:
                    if purchase.payment.due_at is not None:
                        work.payments.save(purchase.payment.settled())
                        await work.commit(None)
                    return False
                case Step.ABANDON:
                    work.payments.save(purchase.payment.abandon(at=now))
                    await work.commit(None)
                    return True
                case Step.EXPIRE:
                    expire(work, purchase.order, purchase.hold, at=now)
                    await work.commit(None)
                    return True
                case Step.CONFIRM:
                    work.orders.save(confirm(work, purchase.order, ids=self.ids, at=now))
                    work.payments.save(purchase.payment.settled())
                    await work.commit(None)
                    return False
                case Step.FAIL:
                    work.orders.save(purchase.order.fail(at=now))
                    work.stock.give_back(purchase.order.lines)
                    await work.commit(None)
                    return True
        if step is Step.COMMIT:
            return await self._commit(payment_id, ctx)
        if step is Step.REFUND:
            return await self._refund(purchase.payment, ctx)
        return await self._ask(step, purchase, ctx, at=now)

    async def _commit(self, payment_id: PaymentId, ctx: Context) -> bool:
        """The money is promised (or taken): make the stock the order's own, or give up."""
        try:
            if await self._take_over(payment_id, ctx):
                return True
        except SoldOut:
            pass  # nothing is left to sell for this money
        return await self._give_up(payment_id, ctx)

    async def _take_over(self, payment_id: PaymentId, ctx: Context) -> bool:
        """False when the event was cancelled. Raises SoldOut."""
        async with self.begin(ctx) as work:
            purchase = await load(work, payment_id)
            now = await work.now()
            order, payment, hold = purchase.order, purchase.payment, purchase.hold
            if purchase.next_step(at=now) is not Step.COMMIT:
                return True
            if purchase.event.state is EventState.CANCELLED:
                return False
            take_over(work, order, hold, at=now)
            order = order.commit(at=now)
            payment = payment.collect(at=now)
            if payment.state is PaymentState.CAPTURED:
                order = confirm(work, order, ids=self.ids, at=now)
                payment = payment.settled()
            work.orders.save(order)
            work.payments.save(payment)
            await work.commit(None)
            return True

    async def _give_up(self, payment_id: PaymentId, ctx: Context) -> bool:
        """The money is not wanted: the order ends, and the payment is abandoned."""
        async with self.begin(ctx) as work:
            purchase = await load(work, payment_id)
            now = await work.now()
            if purchase.next_step(at=now) is not Step.COMMIT:
                return True  # somebody else has gone on meanwhile
            if purchase.order.is_due(at=now):
                expire(work, purchase.order, purchase.hold, at=now)
            elif purchase.order.state is OrderState.PENDING_PAYMENT:
                cancel(work, purchase.order, purchase.hold, paying=True, at=now)
            work.payments.save(purchase.payment.abandon(at=now))
            await work.commit(None)
            return True

    async def _ask(self, step: Step, purchase: Purchase, ctx: Context, *, at: datetime) -> bool:
        """A step at the provider; its word is saved in a transaction of its own."""
        payment = purchase.payment
        try:
            provider = self.providers.get(payment.provider, live=purchase.order.live)
            seen = await ask(step, purchase, provider, payer_address=ctx.address, at=at)
        except OutcomeUnknown:
            return await self._wait(payment, ctx)
        except CallRefused as refusal:
            return await self._refused(step, payment, refusal.code, ctx)
        except PaymentProviderUnknown as unknown:
            return await self._refused(step, payment, unknown.reason, ctx)
        if seen is None:
            return await self._unknown_there(payment, ctx)
        return await self._note(step, seen, payment, ctx)

    async def _note(self, step: Step, seen: Observation, asked: Payment, ctx: Context) -> bool:
        async with self.begin(ctx) as work:
            current = await load(work, asked.id)
            now = await work.now()
            wrong = asked.contradictions(seen, live=current.order.live)
            if wrong:
                said = f"The provider's payment is not the one we asked for: {', '.join(wrong)}."
                kind = AttentionKind.PAYMENT_MISMATCH
                await self._trouble(work, current, kind, said, at=now)
                await work.commit(None)
                return False
            after = current.payment.observe(seen, at=now)
            moved = after.state is not current.payment.state
            if not moved:
                if current.payment.version != asked.version:
                    return True  # somebody else learned more meanwhile: go on from there
                if step is Step.CANCEL:
                    after = not_cancelled(work, current, after, at=now)
                elif current.order.is_due(at=now):
                    after, moved = after.abandon(at=now), True
                if not moved:
                    after = await self._later(work, current.order, after, at=now)
            elif after.state is PaymentState.CAPTURED:
                id = PostingId(self.ids.uuid())
                work.ledger.post(booking.charge(current.order, after, id=id, at=now))
            work.payments.save(after)
            await work.commit(None)
            return moved

    async def _unknown_there(self, payment: Payment, ctx: Context) -> bool:
        """The provider has never heard of the payment; a call of ours may still be on its way.

        The last one was begun before the payment was abandoned, which was its last change.
        """
        async with self.begin(ctx) as work:
            current = (await load(work, payment.id)).payment
            now = await work.now()
            abandoned = current.goal is Goal.ABANDON and current.reference is None
            if abandoned and now - current.updated_at >= self.pauses.in_flight:
                work.payments.save(current.never_reached(at=now))
                await work.commit(None)
                return True
        return await self._wait(payment, ctx)

    async def _refused(self, step: Step, payment: Payment, code: str, ctx: Context) -> bool:
        """The provider will not hear of our call. If it was the first, nothing happened and the
        buyer may try otherwise; of any other a person must know."""
        async with self.begin(ctx) as work:
            current = await load(work, payment.id)
            if current.payment.version != payment.version:
                return True
            now = await work.now()
            if over := step is Step.AUTHORIZE and current.payment.was_never_asked_for:
                work.payments.save(current.payment.refused(code, at=now))
            else:
                said = f"The provider refuses our call ({step.name.lower()}): {code}."
                await self._trouble(work, current, AttentionKind.PAYMENT_STUCK, said, at=now)
            await work.commit(None)
        return over

    async def _trouble(
        self, work: UnitOfWork, current: Purchase, kind: AttentionKind, said: str, *, at: datetime
    ) -> None:
        """Nothing is believed and nothing is given up: it is looked at again, now and then. The
        order does not wait for that longer than its deadline."""
        payment = current.payment
        await ask_once(work, kind, payment.id, current.order, said, ids=self.ids, at=at)
        if current.order.is_due(at=at):
            expire(work, current.order, current.hold, at=at)
            payment = payment.abandon(at=at)
        pause = self.pauses.troubled
        work.payments.save(payment.look_again(at=at, first=pause, longest=pause))

    async def _wait(self, payment: Payment, ctx: Context) -> bool:
        """Looks again later; an order past its deadline does not wait for an answer."""
        async with self.begin(ctx) as work:
            current = await load(work, payment.id)
            after, now = current.payment, await work.now()
            if after.is_open and current.order.is_due(at=now):
                after = after.abandon(at=now)
            if after.due_at is not None:
                work.payments.save(await self._later(work, current.order, after, at=now))
                await work.commit(None)
        return False

    async def _later(
        self, work: UnitOfWork, order: Order, payment: Payment, *, at: datetime
    ) -> Payment:
        """Looks again later. A person is told once of what nobody can use any more, and the
        provider has not decided for long."""
        if payment.provider == OFFLINE and order.is_payable(at=at):
            # Nobody to ask: it is confirmed, or it lapses.
            left = order.deadline - at
            return payment.look_again(at=at, first=left, longest=left)
        waits = payment.is_open and not order.is_payable(at=at)
        if waits and at - payment.created_at >= self.pauses.stuck:
            said = f"The provider has not decided about a payment of {payment.amount} for long."
            kind = AttentionKind.PAYMENT_STUCK
            await ask_once(work, kind, payment.id, order, said, ids=self.ids, at=at)
        return payment.look_again(at=at, first=self.pauses.first, longest=self.pauses.longest)

    async def _refund(self, payment: Payment, ctx: Context) -> bool:
        """Late money that was taken goes back: here it is asked for, once; see `RefundProcess`."""
        async with self.begin(ctx) as work:
            refunds = await work.refunds.of_payment(payment.id)
            if refunds:
                work.payments.save(payment.settled())
                await work.commit(None)
                return False
            refund = Refund.request(
                id=RefundId(self.ids.uuid()),
                payment_id=payment.id,
                order_id=payment.order_id,
                amount=payment.amount,
                reason=LATE_PAYMENT,
                at=await work.now(),
            )
            work.refunds.add(refund)
            work.payments.save(payment.give_back(at=refund.created_at).settled())
            await work.commit(None)
        await self.refunding.advance(refund.id, ctx.request_id)
        return False
