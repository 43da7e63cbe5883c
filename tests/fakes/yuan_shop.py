"""A shop in memory that sells for yuan, by one provider; whoever pays is played by the test."""

from dataclasses import replace
from datetime import timedelta

from application.assembly import Rules, assemble_jobs
from application.messages import Context
from application.order.cancel_order import CancelOrder
from application.order.pay_order import PayOrder
from application.payment.providers import Providers
from application.payment.receive_webhook import ReceiveWebhook
from application.views.order import OrderView, PaymentView
from domain.event.event import Event, EventDetails
from domain.hold.hold import HoldTerms
from domain.order.order import Order
from domain.order.payment import Observation, Payment, PaymentState
from domain.order.refund import Refund
from shared.ids import EventId, HoldId, OrderId
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.provider_bench import Bench
from tests.contracts.world import IDS, STARTS_AT, Caller, Sale, World, kind, new_key

RULES = Rules(hold_terms=HoldTerms(ttl=timedelta(minutes=10), longest=timedelta(minutes=20)))
STEP = timedelta(seconds=20)


class YuanShop(World):
    """Call `open` first."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.memory = MemoryHarness()
        # A bench has a clock of its own, which stands still; both are moved together.
        self.clock = self.memory.database.clock
        providers = Providers([bench.payments], bench.payments.name)
        super().__init__(self.memory, RULES, providers)
        self.jobs = assemble_jobs(self.ports, RULES)
        self.on_sale: Sale
        self.buyer: Caller

    async def open(self) -> "YuanShop":
        owner, self.buyer = await self.users(2)
        organizer = await self.organizer(owner)
        standing = replace(kind("Standing", 10, price=1250), price_currency="CNY")
        draft = Event.draft(
            id=EventId(IDS.uuid()),
            organizer_id=organizer.id,
            details=EventDetails(
                name="演唱会",
                description="An evening of music.",
                venue="Town hall",
                timezone="Asia/Shanghai",
                starts_at=STARTS_AT,
                ends_at=STARTS_AT + timedelta(hours=2),
                max_per_buyer=None,
            ),
            currency="CNY",
            pools=[],
            ticket_types=[standing],
            at=self.clock.now(),
        )
        self.on_sale = Sale(await self.add(draft.publish(at=self.clock.now())))
        return self

    async def asked(self, method: str | None = None) -> tuple[OrderId, PaymentView]:
        """A buyer who was shown the way to the provider."""
        hold = await self.hold(self.buyer, self.on_sale, {"Standing": 1})
        order: OrderView = await self.order(self.buyer, HoldId(hold.id))
        command = PayOrder(order_id=OrderId(order.id), provider=None, method=method)
        view = await self.application.orders.pay(command, self.buyer.ctx(new_key()))
        assert view.state == "REQUIRES_ACTION" and view.redirect_url
        return OrderId(order.id), view

    async def cancel(self, order_id: OrderId) -> None:
        command = CancelOrder(order_id=order_id)
        await self.application.orders.cancel(command, self.buyer.ctx(new_key()))

    async def hear(self) -> None:
        """Every notification so far arrives, twice and backwards."""
        sent = list(await self.bench.webhooks())
        for body, headers in [*reversed(sent), *sent]:
            command = ReceiveWebhook(provider=self.bench.payments.name, body=body, headers=headers)
            await self.application.webhooks.receive(command, Context(request_id="webhook"))

    async def work(self, *, until: timedelta = timedelta()) -> None:
        """Rounds of everything that happens by itself, while time passes."""
        passed = timedelta()
        while True:
            for job in self.jobs:
                await job.run()
            if passed >= until:
                return
            self.clock.advance(STEP)
            self.bench.pass_time(STEP)
            passed += STEP

    def order_now(self, order_id: OrderId) -> Order:
        return self.memory.database.tables.orders[order_id]

    def payment_now(self, order_id: OrderId) -> Payment:
        return self.memory.database.tables.payments_by_attempt(order_id)[-1]

    def refunds_of(self, order_id: OrderId) -> list[Refund]:
        refunds = self.memory.database.tables.refunds.values()
        return [each for each in refunds if each.order_id == order_id]


def seen_by_payer(view: PaymentView, payment: Payment) -> Observation:
    """What the buyer's browser has."""
    assert payment.reference is not None
    return Observation(
        reference=payment.reference,
        state=PaymentState.REQUIRES_ACTION,
        redirect_url=view.redirect_url,
    )
