"""An organizer with an event, a bank that takes money at once, and offline payment."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from application.assembly import assemble_jobs
from application.attention.list_attention import ListAttention
from application.attention.resolve_attention import ResolveAttention
from application.order.confirm_payment import ConfirmPayment
from application.order.pay_order import PayOrder
from application.order.refund_order import RefundOrder
from application.organizer.get_reconciliation import GetReconciliation
from application.payment.disputes import DisputeDesk
from application.payment.providers import Providers
from application.ports.payments import Payments
from application.views.attention import AttentionView
from application.views.order import OrderView, PaymentView
from application.views.reconciliation import ReconciliationView
from application.views.refund import RefundView
from application.wiring.parts import Rules
from domain.attention.attention import AttentionState, Choice
from domain.hold.hold import HoldTerms
from domain.ledger.posting import Account, Posting, PostingKind
from domain.ticket.ticket import Ticket
from infrastructure.offline.payments import OfflinePayments
from shared.ids import AttentionId, HoldId, OrderId, OrganizerId, PaymentId
from tests.application.money.bank import BANK, Bank
from tests.contracts.harness import Harness
from tests.contracts.world import Caller, Sale, World, draft, kind, new_key

PRICE = 1000
HOURS = 72
RULES = Rules(hold_terms=HoldTerms(ttl=timedelta(minutes=5), longest=timedelta(minutes=30)))


class House(World):
    """Call `open` first."""

    sale_of: Sale
    owner: Caller
    organizer_id: OrganizerId

    def __init__(self, harness: Harness, bank: Bank, *others: Payments) -> None:
        self.bank = bank
        providers = Providers([bank, OfflinePayments(live=True), *others], BANK)
        super().__init__(harness, RULES, providers)
        self.jobs = {job.name: job for job in assemble_jobs(self.ports, RULES)}
        self.desk = DisputeDesk(begin=self.begin, ids=self.ports.ids, providers=providers)

    async def open(
        self, capacity: int = 10, *, hours: int | None = HOURS, max_per_buyer: int | None = None
    ) -> "House":
        self.owner = await self.user()
        self.organizer_id = (await self.organizer(self.owner)).id
        event = draft(
            self.organizer_id,
            kind("Standing", capacity, price=PRICE),
            max_per_buyer=max_per_buyer,
            offline_payment_hours=hours,
        )
        self.sale_of = Sale(await self.add(event.publish(at=await self.now())))
        return self

    async def pass_time(self, by: timedelta) -> None:
        """For the bank, too, where its clock is not the database's."""
        before = self.bank.clock()
        await self.harness.pass_time(by)
        if self.bank.clock() - before < by:
            self.bank.grow_older(by)

    async def checkout(self, buyer: Caller, quantity: int = 1) -> OrderView:
        hold = await self.hold(buyer, self.sale_of, {"Standing": quantity})
        return await self.order(buyer, HoldId(hold.id))

    async def pay(
        self, buyer: Caller, order_id: OrderId, provider: str | None = None
    ) -> PaymentView:
        command = PayOrder(order_id=order_id, provider=provider, method=None)
        return await self.application.orders.pay(command, buyer.ctx(new_key()))

    async def paid(self, quantity: int = 1) -> PaymentView:
        """Of an order that is confirmed."""
        buyer = await self.user()
        order = await self.checkout(buyer, quantity)
        return await self.pay(buyer, order.id)

    async def confirm(
        self, order_id: OrderId, payment_id: PaymentId, key: str | None = None
    ) -> PaymentView:
        command = ConfirmPayment(order_id=order_id, payment_id=payment_id, note="statement 7")
        return await self.application.orders.confirm_payment(command, self.owner.ctx(key))

    async def refund(self, order_id: OrderId, amount: int | None = None) -> RefundView:
        command = RefundOrder(
            order_id=order_id,
            amount=None if amount is None else (amount, "EUR"),
            ticket_ids=None,
            reason="Asked for",
        )
        return await self.application.orders.refund(command, self.owner.ctx(new_key()))

    async def look(self, payment_id: PaymentId) -> None:
        await self.desk.look(payment_id, "r-1")

    async def run(self, *names: str) -> int:
        """One round of each job; how much the last one did."""
        done = 0
        for name in names:
            done = await self.jobs[name].run()
        return done

    async def items(self, state: AttentionState | None = None) -> Sequence[AttentionView]:
        query = ListAttention(
            organizer_id=self.organizer_id, state=state, page_size=None, page_token=None
        )
        return (await self.application.attention.list(query, self.owner.ctx())).items

    async def resolve(self, id: AttentionId, choice: Choice) -> AttentionView:
        command = ResolveAttention(attention_id=id, choice=choice, note="so be it")
        return await self.application.attention.resolve(command, self.owner.ctx(new_key()))

    async def reconciliation(self) -> ReconciliationView:
        query = GetReconciliation(organizer_id=self.organizer_id)
        return await self.application.organizers.get_reconciliation(query, self.owner.ctx())

    async def postings(self, order_id: OrderId) -> Sequence[Posting]:
        async with self.begin(self.system()) as work:
            return await work.ledger.of_order(order_id)

    async def kinds(self, order_id: OrderId) -> list[PostingKind]:
        return [each.kind for each in await self.postings(order_id)]

    async def balance(self, order_id: OrderId) -> dict[Account, int]:
        """Of accounts that are not empty."""
        held = dict.fromkeys(Account, 0)
        for posting in await self.postings(order_id):
            for account, amount in posting.entries.items():
                held[account] += amount
        assert sum(held.values()) == 0
        return {account: amount for account, amount in held.items() if amount}

    async def tickets(self, order_id: OrderId) -> Sequence[Ticket]:
        async with self.begin(self.system()) as work:
            return await work.tickets.of_order(order_id)

    async def subject(self, id: AttentionId) -> UUID:
        async with self.begin(self.system()) as work:
            item = await work.attention.get(id)
        assert item is not None
        return item.subject_id
