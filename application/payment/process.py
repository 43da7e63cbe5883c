"""The purchase process: drives one payment until there is nothing to do but wait.

Each round reads the order and its payment, asks `next_step`, and does that one thing. A step at
the provider runs between two transactions, with a key derived from the payment, so it can be
repeated by whoever comes next: PayOrder itself, a webhook, or the background after a crash.
"""

from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context
from application.order.fulfilment import confirm
from application.payment.providers import Providers
from application.payment.purchase import Purchase, expire_order, load
from application.ports.identity import Ids
from application.ports.payments import Charge, OutcomeUnknown
from application.ports.unit_of_work import Begin, StaleWrite
from domain.event.event import EventState
from domain.order.order import OrderState
from domain.order.payment import Goal, Observation, Payment, PaymentState
from domain.order.purchase import Step, next_step
from domain.order.refund import Refund, RefundState
from domain.stock import SoldOut
from shared.ids import PaymentId, RefundId

_ROUNDS = 24
"""More than any purchase needs, rounds lost to a concurrent writer included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """When to look again at a payment that waits, and how old a payment that the provider does
    not know must be before no call of ours can still be on its way."""

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
        ctx = Context.system(request_id)
        for _ in range(_ROUNDS):
            try:
                if not await self._round(payment_id, ctx):
                    return
            except StaleWrite:
                continue

    async def _round(self, payment_id: PaymentId, ctx: Context) -> bool:
        """One step; False when there is nothing more to do now."""
        async with self.begin(ctx) as work:
            purchase = await load(work, payment_id)
            now = await work.now()
            step = next_step(purchase.order, purchase.payment, at=now)
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
                    expire_order(work, purchase, at=now)
                    await work.commit(None)
                    return True
                case Step.CONFIRM:
                    work.orders.save(confirm(work, purchase.order, ids=self.ids, at=now))
                    work.payments.save(purchase.payment.settled())
                    await work.commit(None)
                    return False
                case Step.FAIL:
                    work.orders.save(purchase.order.fail(at=now))
                    work.stock.give_back(purchase.order.stock_lines)
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
            if next_step(order, payment, at=now) is not Step.COMMIT:
                return True
            if purchase.event.state is EventState.CANCELLED:
                return False
            if hold.is_active(at=now):
                work.holds.save(hold.convert(at=now))
            else:
                if hold.is_due(at=now):
                    work.holds.save(hold.expire(at=now))
                    work.stock.give_back(hold.stock_lines)
                work.stock.take(order.stock_lines)
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
            if purchase.order.is_due(at=now):
                expire_order(work, purchase, at=now)
            elif purchase.order.state is OrderState.PENDING_PAYMENT:
                work.orders.save(purchase.order.cancel(at=now))
                if purchase.hold.is_active(at=now):
                    work.holds.save(purchase.hold.release(at=now, with_order=True))
                    work.stock.give_back(purchase.hold.stock_lines)
            if purchase.payment.goal is not Goal.ABANDON:
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
        return await self._note(step, seen, payment.id, ctx)

    async def _note(
        self, step: Step, seen: Observation, payment_id: PaymentId, ctx: Context
    ) -> bool:
        async with self.begin(ctx) as work:
            current = await load(work, payment_id)
            now = await work.now()
            after = current.payment.observe(seen, at=now)
            moved = after.state is not current.payment.state
            if not moved:
                if step is Step.CANCEL and current.order.state is not OrderState.CANCELLED:
                    # The provider would not let go: the order may end, and the money may come.
                    if current.order.is_due(at=now):
                        expire_order(work, current, at=now)
                    after = after.collect(at=now)
                after = after.look_again(
                    at=now, first=self.pauses.first, longest=self.pauses.longest
                )
            work.payments.save(after)
            await work.commit(None)
            return moved

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
        # A refused cancellation is a definite answer: asking again is a new question.
        return await provider.cancel(payment.reference, key=payment.key(f"cancel-{payment.looks}"))

    async def _unknown_there(self, payment: Payment, ctx: Context) -> bool:
        """The provider has never heard of the payment; a call of ours may still be on its way."""
        async with self.begin(ctx) as work:
            current = (await load(work, payment.id)).payment
            now = await work.now()
            if now - current.created_at >= self.pauses.in_flight and current.reference is None:
                work.payments.save(current.never_reached(at=now))
                await work.commit(None)
                return True
        return await self._wait(payment, ctx)

    async def _wait(self, payment: Payment, ctx: Context) -> bool:
        async with self.begin(ctx) as work:
            current = (await load(work, payment.id)).payment
            if current.due_at is not None:
                later = current.look_again(
                    at=await work.now(), first=self.pauses.first, longest=self.pauses.longest
                )
                work.payments.save(later)
                await work.commit(None)
        return False

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
