"""A shop with one event, a simulated provider beside it, and one clock for both."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from application.assembly import Rules, assemble_jobs
from application.background.job import Job
from application.messages import Context
from application.order.cancel_order import CancelOrder
from application.order.pay_order import PayOrder
from application.order.refund_order import RefundOrder
from application.payment.providers import Providers
from application.payment.receive_webhook import ReceiveWebhook
from application.ports.payments import Payments
from application.views.order import OrderView, PaymentView
from application.views.refund import RefundView
from application.wiring.parts import Parts
from domain.hold.hold import HoldTerms
from domain.order.order import Order, OrderState
from domain.order.payment import Payment
from domain.order.refund import Refund
from domain.ticket.ticket import Ticket
from infrastructure.simulated.faults import Faults, no_faults
from infrastructure.simulated.memory import MemoryStorage
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.provider import SimulatedProvider
from infrastructure.simulated.signature import HEADER, sign
from infrastructure.simulated.storage import Delivery, Outcome
from shared.ids import HoldId, OrderId
from tests.application.payment.dying import Death, Life, MortalHarness, MortalPayments
from tests.contracts.world import Caller, Sale, World, draft, kind, new_key

SECRET = b"a secret the provider and the shop share"
PRICE = 1250
TTL = timedelta(seconds=60)
EXTENSION = timedelta(seconds=120)
LATE = timedelta(seconds=5)
LATER_THAN_THE_ORDER = timedelta(seconds=600)
RULES = Rules(
    hold_terms=HoldTerms(ttl=TTL, longest=timedelta(seconds=300)),
    payment_extension=EXTENSION,
    key_wait=timedelta(milliseconds=1),
)

Post = Callable[[Sequence[Delivery]], Sequence[Delivery]]
"""What becomes of webhooks on their way: which arrive, how often, in what order."""


def all_arrive(sent: Sequence[Delivery]) -> Sequence[Delivery]:
    return sent


def none_arrive(sent: Sequence[Delivery]) -> Sequence[Delivery]:
    return ()


def twice_and_backwards(sent: Sequence[Delivery]) -> Sequence[Delivery]:
    return (*reversed(sent), *sent)


class Shop(World):
    """`capacity` units of one ticket type are on sale. Call `open` first."""

    on_sale: Sale
    owner: Caller

    def __init__(
        self,
        *,
        life: Life | None = None,
        late: timedelta = LATE,
        faults: Faults = no_faults,
        post: Post = all_arrive,
        wrap: Callable[[Payments], Payments] = lambda payments: payments,
    ) -> None:
        self.life = life or Life()
        self.mortal = MortalHarness(self.life)
        self.clock = self.mortal.database.clock
        self.tables = self.mortal.database.tables
        self.storage = MemoryStorage()
        self.provider = SimulatedProvider(
            self.storage,
            public_url="http://shop.test",
            late=late,
            clock=self.clock.now,
            faults=faults,
        )
        payments = SimulatedPayments(self.provider, secret=SECRET, clock=self.clock.now)
        mortal = MortalPayments(wrap(payments), self.life)
        super().__init__(self.mortal, RULES, Providers([mortal], "simulated"))
        self.jobs: Sequence[Job] = assemble_jobs(self.ports, RULES)
        parts = Parts(self.ports, RULES)
        self.process, self.refunding = parts.process, parts.refunding
        self.post = post
        self.deaths = 0

    async def open(self, capacity: int = 10, *, free: int = 0) -> "Shop":
        """`free` tickets cost nothing, beside the others."""
        self.owner = await self.user()
        organizer = await self.organizer(self.owner)
        kinds = [kind("Standing", capacity, price=PRICE)]
        if free:
            kinds.append(kind("Free", free, price=0))
        event = draft(organizer.id, *kinds)
        self.on_sale = Sale(await self.add(event.publish(at=self.clock.now())))
        return self

    async def checkout(self, buyer: Caller, quantity: int = 1) -> OrderView:
        hold = await self.hold(buyer, self.on_sale, {"Standing": quantity})
        return await self.order(buyer, HoldId(hold.id))

    async def pay(self, buyer: Caller, order_id: OrderId, method: str = "succeed") -> PaymentView:
        command = PayOrder(order_id=order_id, provider=None, method=method)
        return await self.application.orders.pay(command, buyer.ctx(new_key()))

    async def cancel(self, buyer: Caller, order_id: OrderId) -> OrderView:
        command = CancelOrder(order_id=order_id)
        return await self.application.orders.cancel(command, buyer.ctx(new_key()))

    async def bought(self, quantity: int = 1, method: str = "succeed") -> OrderView:
        """A paid order of somebody."""
        buyer = await self.user()
        order = await self.checkout(buyer, quantity)
        view = await self.pay(buyer, order.id, method)
        assert view.state == "CAPTURED"
        return order

    async def refund(
        self,
        order_id: OrderId,
        amount: int | None = None,
        tickets: Sequence[Ticket] | None = None,
        *,
        key: str | None = None,
        return_stock: bool = True,
    ) -> RefundView:
        """By the organizer."""
        command = RefundOrder(
            order_id=order_id,
            amount=None if amount is None else (amount, "EUR"),
            ticket_ids=None if tickets is None else tuple(ticket.id for ticket in tickets),
            reason="a broken leg",
            return_stock=return_stock,
        )
        return await self.application.orders.refund(command, self.owner.ctx(key or new_key()))

    async def decide(self, view: PaymentView, *, approve: bool = True) -> None:
        """A human follows the redirection."""
        url = urlsplit(view.redirect_url or "")
        reference, (token,) = url.path.rsplit("/", 1)[1], parse_qs(url.query)["token"]
        assert await self.provider.decide(reference, token, approve=approve)

    async def work(self) -> None:
        """One round of everything that happens by itself, on both sides."""
        await self.provider.tick()
        await self.deliver()
        for job in self.jobs:
            try:
                await job.run()
            except Death:
                self.deaths += 1

    async def deliver(self) -> None:
        now = self.clock.now()
        sent = await self.storage.due(at=now, lease_until=now, limit=1000)
        for each in self.post(sent):
            headers = {HEADER: sign(SECRET, each.body, at=self.clock.now())}
            command = ReceiveWebhook(provider="simulated", body=each.body, headers=headers)
            with suppress(Death):
                await self.application.webhooks.receive(command, Context(request_id="webhook"))
        await self.storage.settle(
            [Outcome(event_id=each.event_id, acknowledged=True, due_at=None) for each in sent]
        )

    async def settle(self) -> None:
        """Works, while time passes faster and faster, until nothing is left to be done."""
        pause = timedelta(milliseconds=300)
        for _ in range(60):
            await self.work()
            if await self.is_quiet():
                return
            self.clock.advance(pause)
            pause = min(pause * 1.5, timedelta(seconds=20))
        raise AssertionError(f"never quiet: {self.unfinished()}")

    async def is_quiet(self) -> bool:
        return not self.unfinished() and not await self.storage.undelivered()

    def unfinished(self) -> list[object]:
        tables = self.tables
        return [
            *(each for each in tables.payments.values() if each.is_open or each.due_at),
            *(each for each in tables.orders.values() if each.state in _UNFINISHED),
            *(each for each in tables.refunds.values() if each.due_at),
            *(row for row in tables.inbox.values() if row.processed_at is None),
        ]

    def order_now(self, order_id: OrderId) -> Order:
        return self.tables.orders[order_id]

    def tickets_of(self, order_id: OrderId) -> list[Ticket]:
        return sorted(
            (each for each in self.tables.tickets.values() if each.order_id == order_id),
            key=lambda ticket: ticket.id,
        )

    def refunds_of(self, order_id: OrderId) -> list[Refund]:
        return sorted(
            (each for each in self.tables.refunds.values() if each.order_id == order_id),
            key=lambda refund: refund.id,
        )

    def payment_of(self, order_id: OrderId) -> Payment:
        """The latest."""
        return self.tables.payments_by_attempt(order_id)[-1]


_UNFINISHED = (OrderState.PENDING_PAYMENT, OrderState.COMMITTING)


def shuffled(seed: int) -> Post:
    """Some arrive late or never, some twice, in any order."""
    chance = random.Random(seed)

    def post(sent: Sequence[Delivery]) -> Sequence[Delivery]:
        arrived = [each for each in sent if chance.random() < 0.8]
        arrived += [each for each in sent if chance.random() < 0.3]
        chance.shuffle(arrived)
        return arrived

    return post
