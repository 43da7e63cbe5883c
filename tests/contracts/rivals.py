"""Two at one order's money: whatever one does between two units of work of the other, and both at
once. In the end the provider, the books, the stock and the tickets say the same."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from application.assembly import Rules, assemble_jobs
from application.messages import Context
from application.order.confirm_payment import ConfirmPayment
from application.order.pay_order import PayOrder
from application.order.refund_order import RefundOrder
from application.payment.disputes import DisputeDesk
from application.payment.providers import Providers
from application.ports.unit_of_work import UnitOfWork
from application.views.order import OrderView, PaymentView
from application.views.refund import RefundView
from domain.hold.hold import HoldTerms
from domain.ledger.posting import Account
from domain.order.dispute import disputed_amount
from domain.order.order import PAID, Order, OrderState
from domain.order.payment import Payment, PaymentState
from domain.order.refund import RefundState
from domain.ticket.ticket import TicketState
from infrastructure.offline.payments import OfflinePayments
from infrastructure.simulated.ledger import Totals
from infrastructure.simulated.memory import MemoryStorage
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.provider import SimulatedProvider
from shared.errors import AppError
from shared.ids import HoldId, OrderId, PaymentId
from tests.contracts.harness import Harness
from tests.contracts.world import Caller, Sale, World, crowd, draft, kind, new_key

PRICE = 1250
RULES = Rules(
    hold_terms=HoldTerms(ttl=timedelta(minutes=5), longest=timedelta(minutes=30)),
    payment_extension=timedelta(),
)
JOBS = (
    "expire_orders",
    "sweep_holds",
    "refund_cancelled_events",
    "finish_payments",
    "finish_refunds",
)
MILLISECOND = timedelta(milliseconds=1)
Rival = Callable[[], Awaitable[object]]


class Counter(World):
    """A box office of two tickets' orders, whose units of work others can come between. Call
    `open` first."""

    show: Sale
    owner: Caller

    def __init__(self, harness: Harness) -> None:
        self._begin = harness.begin
        harness.begin = self._interruptible
        self._begun = 0
        self._rival: tuple[int, Rival] | None = None
        self._ahead = timedelta()
        self.provider = SimulatedProvider(
            MemoryStorage(), public_url="http://shop.test", clock=self._clock
        )
        payments = SimulatedPayments(self.provider, secret=b"never used", clock=self._clock)
        providers = Providers([payments, OfflinePayments(live=True)], "simulated")
        super().__init__(harness, RULES, providers)
        self.jobs = {job.name: job for job in assemble_jobs(self.ports, RULES)}
        self.desk = DisputeDesk(begin=self.begin, ids=self.ports.ids, providers=providers)

    async def open(self) -> "Counter":
        self.owner = await self.user()
        organizer = await self.organizer(self.owner)
        event = draft(organizer.id, kind("Standing", 1000, price=PRICE), offline_payment_hours=1)
        self.show = Sale(await self.add(event.publish(at=await self.now())))
        return self

    def leave(self) -> None:
        """The units of work of whoever comes next are not ours."""
        self.harness.begin = self._begin

    def interrupt(self, at: int, rival: Rival) -> None:
        """Before the unit of work `at`, counted from 1 from now on."""
        self._begun, self._rival = 0, (at, rival)

    @property
    def was_interrupted(self) -> bool:
        return self._rival is None

    async def pass_time(self, by: timedelta) -> None:
        self._ahead += by
        await self.harness.pass_time(by)

    async def almost(self, order_id: OrderId, left: timedelta) -> None:
        """Until `left` before the order's deadline."""
        async with self._begin(self.system()) as work:
            order = await work.orders.get(order_id)
            now = await work.now()
        assert order is not None
        await self.pass_time(max(timedelta(), order.deadline - now - left))

    async def checkout(self) -> tuple[Caller, OrderView]:
        buyer = await self.user()
        hold = await self.hold(buyer, self.show, {"Standing": 2})
        return buyer, await self.order(buyer, HoldId(hold.id))

    async def pay(
        self,
        buyer: Caller,
        order_id: OrderId,
        method: str = "succeed",
        provider: str | None = None,
        *,
        key: str | None = None,
    ) -> PaymentView:
        command = PayOrder(order_id=order_id, provider=provider, method=method)
        return await self.application.orders.pay(command, buyer.ctx(key or new_key()))

    async def bought(self) -> OrderView:
        buyer, order = await self.checkout()
        assert (await self.pay(buyer, order.id)).state == "CAPTURED"
        return order

    async def refund(
        self, order_id: OrderId, amount: int | None = None, *, key: str | None = None
    ) -> RefundView:
        """All that is left, or so much."""
        command = RefundOrder(
            order_id=order_id,
            amount=None if amount is None else (amount, "EUR"),
            ticket_ids=None,
            reason="a broken leg",
        )
        return await self.application.orders.refund(command, self.owner.ctx(key or new_key()))

    async def confirm(self, order_id: OrderId, payment_id: PaymentId) -> PaymentView:
        command = ConfirmPayment(order_id=order_id, payment_id=payment_id, note=None)
        return await self.application.orders.confirm_payment(command, self.owner.ctx(new_key()))

    async def dispute(self, order_id: OrderId) -> None:
        """The payer's bank claims back whatever is left, and we hear of it."""
        payment = await self.payment(order_id)
        await self.provider.dispute(payment.reference or "")
        await self.desk.look(payment.id, "dispute")

    async def call_off(self) -> None:
        """The event does not take place, and the background hears of it at once."""
        async with self._begin(self.system()) as work:
            event = await work.events.get(self.show.event.id)
            assert event is not None
            if event.state.name != "CANCELLED":
                work.events.save(event.cancel(at=await work.now()))
                await work.commit(None)
        await self.run("refund_cancelled_events", "finish_refunds")

    async def run(self, *names: str) -> None:
        for name in names:
            await self.jobs[name].run()

    async def payment(self, order_id: OrderId) -> Payment:
        """The latest."""
        async with self._begin(self.system()) as work:
            return (await work.payments.of_order(order_id))[-1]

    async def settle(self, order_id: OrderId) -> None:
        for _ in range(60):
            await self.run(*JOBS)
            if not await self._moves(order_id):
                return
            await self.pass_time(timedelta(seconds=30))
        raise AssertionError("never quiet")

    async def _moves(self, order_id: OrderId) -> bool:
        async with self._begin(self.system()) as work:
            order = await work.orders.get(order_id)
            payments = await work.payments.of_order(order_id)
            refunds = await work.refunds.of_order(order_id)
        assert order is not None
        return (
            order.state in (OrderState.PENDING_PAYMENT, OrderState.COMMITTING)
            or any(each.is_open or each.due_at for each in payments)
            or any(each.is_open or each.due_at for each in refunds)
        )

    async def check(self, order_id: OrderId) -> Order:
        """The order, when everything about it fits together."""
        async with self._begin(self.system()) as work:
            order = await work.orders.get(order_id)
            assert order is not None
            await self._check(work, order)
        await self.counters(self.show)
        assert [bug for bug in self.observer.bugs if isinstance(bug, Exception)] == []
        return order

    async def _check(self, work: UnitOfWork, order: Order) -> None:
        payments = await work.payments.of_order(order.id)
        captured = [each for each in payments if each.state is PaymentState.CAPTURED]
        paid = order.state in PAID
        assert len(captured) <= 1 and (captured or not paid)
        tickets = await work.tickets.of_order(order.id)
        assert len(tickets) == (2 if paid else 0)
        postings = await work.ledger.of_order(order.id)
        refunds = await work.refunds.of_order(order.id)
        gone = sum(each.amount.amount for each in refunds if each.state is RefundState.SUCCEEDED)
        assert order.refunded == gone
        for payment in payments:
            claimed = disputed_amount(await work.disputes.of_payment(payment.id))
            held = sum(each.entries.get(Account.PROVIDER, 0) for each in postings)
            if payment.state is PaymentState.CAPTURED:
                assert gone + claimed <= payment.amount.amount
                assert held == payment.amount.amount - gone - claimed
                assert paid or gone == payment.amount.amount
            if payment.provider == "simulated":
                ledger = await self.provider.ledger()
                theirs = Totals.of(each for each in ledger if each.payment_id == payment.id)
                assert theirs.promised == 0
                assert theirs.kept == (held if payment.state is PaymentState.CAPTURED else 0)

    def _clock(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    @asynccontextmanager
    async def _interruptible(self, ctx: Context) -> AsyncIterator[UnitOfWork]:
        self._begun += 1
        if self._rival is not None and self._rival[0] == self._begun:
            rival, self._rival = self._rival[1], None
            with suppress(AppError):
                await rival()
        async with self._begin(ctx) as work:
            yield work


async def _done(call: Coroutine[None, None, object]) -> None:
    """An answer or a refusal."""
    with suppress(AppError):
        await call


class RivalsContract:
    @pytest.fixture
    async def counter(self, harness: Harness) -> Counter:
        return await Counter(harness).open()

    @pytest.mark.parametrize("method", ["succeed", "instant"])
    async def test_two_tabs_pay_one_order(self, counter: Counter, method: str) -> None:
        """One between any two steps of the other."""
        at, interrupted = 0, True
        while interrupted:
            at += 1
            buyer, order = await counter.checkout()
            counter.interrupt(at, lambda: counter.pay(buyer, order.id, "instant"))
            await _done(counter.pay(buyer, order.id, method))
            interrupted = counter.was_interrupted
            await counter.settle(order.id)
            assert (await counter.check(order.id)).state is OrderState.CONFIRMED
        assert at > 4

    async def test_many_tabs_at_once(self, counter: Counter) -> None:
        buyer, order = await counter.checkout()
        methods = ["succeed", "instant", "succeed_late", "instant_late", "decline"] * 2
        await crowd(counter.pay(buyer, order.id, method) for method in methods)
        await counter.pass_time(timedelta(seconds=2))
        await counter.settle(order.id)
        await counter.check(order.id)
        ledger = await counter.provider.ledger()
        assert len([each for each in ledger if each.kind.value == "captured"]) <= 1

    @pytest.mark.parametrize("amount", [None, 1500])
    async def test_refunded_twice(self, counter: Counter, amount: int | None) -> None:
        at, interrupted = 0, True
        while interrupted:
            at += 1
            order = await counter.bought()
            counter.interrupt(at, lambda: counter.refund(order.id, amount))
            await _done(counter.refund(order.id, amount))
            interrupted = counter.was_interrupted
            await counter.settle(order.id)
            assert (await counter.check(order.id)).refunded == (amount or 2 * PRICE)
        assert at > 3

    async def test_refunded_by_many_at_once(self, counter: Counter) -> None:
        order = await counter.bought()
        await crowd(counter.refund(order.id, 700) for _ in range(8))
        await counter.settle(order.id)
        assert (await counter.check(order.id)).refunded == 3 * 700

    async def test_refund_against_dispute(self, counter: Counter) -> None:
        at, interrupted = 0, True
        while interrupted:
            at += 1
            order = await counter.bought()
            counter.interrupt(at, lambda: counter.dispute(order.id))
            await _done(counter.refund(order.id, 1500))
            interrupted = counter.was_interrupted
            await counter.dispute(order.id)
            await counter.settle(order.id)
            await counter.check(order.id)
        assert at > 3

    async def test_refund_and_dispute_at_once(self, counter: Counter) -> None:
        for _ in range(4):
            order = await counter.bought()
            await crowd([counter.refund(order.id), counter.dispute(order.id)])
            await counter.dispute(order.id)
            await counter.settle(order.id)
            await counter.check(order.id)

    @pytest.mark.parametrize("amount", [None, 1500])
    async def test_refund_against_the_cancelled_event(
        self, harness: Harness, amount: int | None
    ) -> None:
        at, interrupted = 0, True
        while interrupted:
            at += 1
            counter = await Counter(harness).open()
            order = await counter.bought()
            counter.interrupt(at, counter.call_off)
            await _done(counter.refund(order.id, amount))
            interrupted = counter.was_interrupted
            await counter.call_off()
            await counter.settle(order.id)
            ended = await counter.check(order.id)
            assert (ended.state, ended.refunded) == (OrderState.REFUNDED, 2 * PRICE)
            async with counter.begin(counter.system()) as work:
                tickets = await work.tickets.of_order(order.id)
            assert [each.state for each in tickets] == [TicketState.VOID] * 2
            counter.leave()
        assert at > 3

    async def test_the_order_lapses_between_two_steps(self, counter: Counter) -> None:
        """The deadline passes there, and everything that is due is done."""

        async def lapse() -> None:
            await counter.almost(order.id, -MILLISECOND)
            await counter.run("expire_orders", "sweep_holds", "finish_payments")

        for method in ("succeed", "instant"):
            at, interrupted = 0, True
            while interrupted:
                at += 1
                buyer, order = await counter.checkout()
                counter.interrupt(at, lapse)
                await _done(counter.pay(buyer, order.id, method))
                interrupted = counter.was_interrupted
                await counter.settle(order.id)
                state = (await counter.check(order.id)).state
                assert state in (OrderState.CONFIRMED, OrderState.EXPIRED)
            assert at > 4

    async def test_expire_against_pay_around_the_deadline(self, counter: Counter) -> None:
        """Both at once, within milliseconds of it."""
        for left in range(-1, 6):
            buyer, order = await counter.checkout()
            await counter.almost(order.id, left * MILLISECOND)

            async def expire() -> None:
                for _ in range(4):
                    await counter.run("expire_orders", "sweep_holds", "finish_payments")
                    await asyncio.sleep(0.002)

            method = ("succeed", "instant")[left % 2]
            await crowd([counter.pay(buyer, order.id, method), expire()])
            await counter.settle(order.id)
            state = (await counter.check(order.id)).state
            assert state in (OrderState.CONFIRMED, OrderState.EXPIRED)

    async def test_confirmed_offline_while_it_lapses(self, counter: Counter) -> None:
        """Between any two steps, and at once; the organizer's word counts in the end."""

        async def lapse() -> None:
            await counter.almost(order.id, -MILLISECOND)
            await counter.run("expire_orders", "sweep_holds", "finish_payments")

        for at in range(1, 5):
            buyer, order = await counter.checkout()
            view = await counter.pay(buyer, order.id, "bank_transfer", "offline")
            counter.interrupt(at, lapse)
            await _done(counter.confirm(order.id, PaymentId(view.id)))
            await counter.settle(order.id)
            assert (await counter.check(order.id)).state is OrderState.CONFIRMED
        for left in range(-1, 3):
            buyer, order = await counter.checkout()
            view = await counter.pay(buyer, order.id, "bank_transfer", "offline")
            await counter.almost(order.id, left * MILLISECOND)
            await crowd([counter.confirm(order.id, PaymentId(view.id)), lapse()])
            await counter.settle(order.id)
            assert (await counter.check(order.id)).state is OrderState.CONFIRMED
