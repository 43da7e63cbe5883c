"""The purchase process: drives one payment until there is nothing to do but wait.

Each round reads the order and its payment, asks `next_step`, and does that one thing. A step at
the provider runs between two transactions, with a key derived from the payment, so it can be
repeated by whoever comes next: PayOrder itself, a webhook, or the background after a crash.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from application.messages import Context, Priority
from application.order.ending import cancel, expire
from application.order.fulfilment import confirm
from application.payment.providers import Providers
from application.payment.purchase import Purchase, load
from application.ports.identity import Ids
from application.ports.payments import Charge, OutcomeUnknown
from application.ports.unit_of_work import Begin, StaleWrite, UnitOfWork
from domain.event.event import EventState
from domain.order.order import OrderState
from domain.order.payment import Goal, Observation, Payment, PaymentState
from domain.order.purchase import Step
from domain.order.refund import Refund, RefundState
from domain.stock import SoldOut
from shared.ids import PaymentId, RefundId

_ROUNDS = 24
"""More than any purchase needs, rounds lost to a concurrent writer included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """When to look again at a payment that waits, and how long after the last call of ours none
    can still be on its way: longer than any provider's client waits for an answer."""

    first: timedelta = timedelta(milliseconds=500)
    longest: timedelta = timedelta(seconds=30)
    in_flight: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProcess:
    begin: Begin
    ids: Ids
    providers: Providers
    pauses: Pauses

    async def advance(self, payment_id: PaymentId, request_id: str) -> None:
        """Goes on until the payment rests or waits. Safe to run any number of times, also at once:
        what is left when others keep changing the order is done later, for it stays due.
        """
        ctx = Context.system(request_id, priority=Priority.PAYMENT)
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
        return await self._ask(step, purchase, ctx)

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
            if hold.is_active(at=now):
                work.holds.save(hold.convert(at=now))
            else:
                if hold.is_due(at=now):
                    work.holds.save(hold.expire(at=now))
                    work.stock.give_back(hold.lines)
                work.stock.take(order.lines)
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

    async def _ask(self, step: Step, purchase: Purchase, ctx: Context) -> bool:
        """A step at the provider; its word is saved in a transaction of its own."""
        payment = purchase.payment
        try:
            seen = await self._call(step, purchase)
        except OutcomeUnknown:
            return await self._wait(payment, ctx)
        if seen is None:
            return await self._unknown_there(payment, ctx)
        return await self._note(step, seen, payment, ctx)

    async def _note(self, step: Step, seen: Observation, asked: Payment, ctx: Context) -> bool:
        async with self.begin(ctx) as work:
            current = await load(work, asked.id)
            now = await work.now()
            after = current.payment.observe(seen, at=now)
            moved = after.state is not current.payment.state
            if not moved:
                if current.payment.version != asked.version:
                    return True  # somebody else learned more meanwhile: go on from there
                if step is Step.CANCEL:
                    after = self._not_cancelled(work, current, after, at=now)
                elif current.order.is_due(at=now):
                    after, moved = after.abandon(at=now), True
                if not moved:
                    after = self._later(after, at=now)
            work.payments.save(after)
            await work.commit(None)
            return moved

    @staticmethod
    def _not_cancelled(
        work: UnitOfWork, current: Purchase, payment: Payment, *, at: datetime
    ) -> Payment:
        """The provider would not let go: the order may end, and what is processing may succeed."""
        order = current.order
        if order.is_due(at=at):
            expire(work, order, current.hold, at=at)
        unpaid = order.state in (OrderState.PENDING_PAYMENT, OrderState.EXPIRED)
        processing = payment.state is PaymentState.PROCESSING
        return payment.collect(at=at) if unpaid and processing else payment

    async def _call(self, step: Step, purchase: Purchase) -> Observation | None:
        order, payment = purchase.order, purchase.payment
        provider = self.providers.get(payment.provider)
        if step is Step.AUTHORIZE:
            charge = Charge(
                payment_id=payment.id,
                order_id=order.id,
                amount=payment.amount,
                method=payment.method,
                description=f"Order {order.number}",
            )
            return await provider.authorize(charge, key=payment.key("authorize"))
        if payment.reference is None or step is Step.LOOK:
            return await provider.find(payment.id)
        if step is Step.CAPTURE:
            return await provider.capture(
                payment.reference, amount=payment.amount, key=payment.key("capture")
            )
        # A refused cancellation is a definite answer: asking again is a new question. `looks`
        # starts again from 0 whenever the payment changes, which `version` counts.
        question = f"cancel-{payment.version}-{payment.looks}"
        return await provider.cancel(payment.reference, key=payment.key(question))

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

    async def _wait(self, payment: Payment, ctx: Context) -> bool:
        """Looks again later; an order past its deadline does not wait for an answer."""
        async with self.begin(ctx) as work:
            current = await load(work, payment.id)
            after, now = current.payment, await work.now()
            if after.is_open and current.order.is_due(at=now):
                after = after.abandon(at=now)
            if after.due_at is not None:
                work.payments.save(self._later(after, at=now))
                await work.commit(None)
        return False

    def _later(self, payment: Payment, *, at: datetime) -> Payment:
        return payment.look_again(at=at, first=self.pauses.first, longest=self.pauses.longest)

    async def _refund(self, payment: Payment, ctx: Context) -> bool:
        """Late money that was taken goes back: requested, asked for, and noted, one by one."""
        async with self.begin(ctx) as work:
            refunds = await work.refunds.of_payment(payment.id)
            refund = refunds[0] if refunds else None
            if refund is None:
                refund = Refund.request(
                    id=RefundId(self.ids.uuid()),
                    payment_id=payment.id,
                    order_id=payment.order_id,
                    amount=payment.amount,
                    reason="LATE_PAYMENT",
                    at=await work.now(),
                )
                work.refunds.add(refund)
                work.payments.save(payment.give_back(at=refund.created_at))
                await work.commit(None)
                return True
            if refund.state not in (RefundState.REQUESTED, RefundState.PENDING):
                work.payments.save(payment.settled())
                await work.commit(None)
                return False
        provider = self.providers.get(payment.provider)
        try:
            failure = await provider.refund(
                payment.reference or "", amount=refund.amount, key=refund.key
            )
        except OutcomeUnknown:
            return await self._wait(payment, ctx)
        async with self.begin(ctx) as work:
            now = await work.now()
            work.refunds.save(
                refund.succeed(at=now) if failure is None else refund.fail(failure, at=now)
            )
            work.payments.save(payment.settled())
            await work.commit(None)
        return False
