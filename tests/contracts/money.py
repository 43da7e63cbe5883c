"""The books: postings, disputes, what needs attention, and reports of reconciliations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from application.messages import Context
from application.ports.money import AttentionFilter, Discrepancy, Reconciliation
from application.ports.unit_of_work import StaleWrite
from domain.attention.attention import Attention, AttentionKind, AttentionState, Choice
from domain.ledger.posting import Account, Posting, PostingKind
from domain.order.dispute import Dispute, DisputeState
from domain.order.order import Order
from domain.order.payment import Observation, Payment, PaymentState
from domain.organizer.organizer import Role
from shared.ids import AttentionId, DisputeId, OrderId, OrganizerId, PaymentId, PostingId
from shared.money import Money
from tests.contracts.harness import Harness
from tests.contracts.payments import pay
from tests.contracts.payments import save as save_payment
from tests.contracts.refunds import new_order
from tests.contracts.world import IDS, Sale, World, crowd, kind

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
REFERENCE = "ref-1"


def posting_of(
    order: Order,
    payment: Payment,
    entries: dict[Account, int],
    *,
    kind: PostingKind = PostingKind.CHARGE,
    source_id: UUID | None = None,
    provider: str = "simulated",
    currency: str = "EUR",
    live: bool = True,
    after: timedelta = timedelta(),
) -> Posting:
    return Posting(
        id=PostingId(IDS.uuid()),
        kind=kind,
        source_id=source_id or IDS.uuid(),
        organizer_id=order.organizer_id,
        event_id=order.event_id,
        order_id=order.id,
        payment_id=payment.id,
        live=live,
        provider=provider,
        currency=currency,
        entries=entries,
        occurred_at=NOON + after,
    )


def item(
    organizer_id: OrganizerId | None = None,
    *,
    kind: AttentionKind = AttentionKind.REFUND_FAILED,
    subject_id: UUID | None = None,
    live: bool = True,
    after: timedelta = timedelta(),
) -> Attention:
    return Attention.ask(
        id=AttentionId(IDS.uuid()),
        kind=kind,
        subject_id=subject_id or IDS.uuid(),
        organizer_id=organizer_id,
        order_id=OrderId(IDS.uuid()) if organizer_id else None,
        live=live,
        detail="The bank said no.",
        at=NOON + after,
    )


def discrepancy(organizer_id: OrganizerId | None, ours: int | None = 1) -> Discrepancy:
    return Discrepancy(
        kind="MISSING_THERE",
        reference="x",
        ours=ours,
        theirs=None,
        currency="EUR",
        payment_id=PaymentId(IDS.uuid()) if organizer_id else None,
        order_id=OrderId(IDS.uuid()) if organizer_id else None,
        organizer_id=organizer_id,
    )


def report(
    provider: str, *discrepancies: Discrepancy, live: bool = True, after: timedelta = timedelta()
) -> Reconciliation:
    return Reconciliation(
        id=IDS.uuid(),
        provider=provider,
        live=live,
        since=NOON + after - MINUTE,
        until=NOON + after,
        compared=7,
        discrepancies=discrepancies,
        created_at=NOON + after,
    )


CHARGE = {
    Account.PROVIDER: 2000,
    Account.TAX: -300,
    Account.PLATFORM: -100,
    Account.ORGANIZER: -1600,
}


class MoneyContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("Standing", 20))

    @pytest.fixture
    async def order(self, world: World, sale: Sale) -> Order:
        return await new_order(world, sale)

    @pytest.fixture
    async def payment(self, world: World, order: Order) -> Payment:
        payment = replace(await pay(world, order), facts=())
        word = Observation(reference=REFERENCE, state=PaymentState.PROCESSING)
        return await save_payment(world, payment.observe(word, at=order.created_at))

    async def post(self, world: World, *postings: Posting) -> None:
        async with world.begin(world.system()) as work:
            for posting in postings:
                work.ledger.post(posting)
            await work.commit(None)

    async def posted(self, world: World, order: Order) -> list[Posting]:
        async with world.begin(world.system()) as work:
            return list(await work.ledger.of_order(order.id))

    async def test_a_posting_is_found_again(
        self, world: World, sale: Sale, order: Order, payment: Payment
    ) -> None:
        charge = posting_of(order, payment, CHARGE)
        refund = posting_of(
            order,
            payment,
            {Account.ORGANIZER: 500, Account.PROVIDER: -500},
            kind=PostingKind.REFUND,
            after=MINUTE,
        )
        await self.post(world, refund, charge)
        assert await self.posted(world, order) == [charge, refund]
        assert await self.posted(world, await new_order(world, sale)) == []

    async def test_what_happened_once_is_booked_once(
        self, world: World, order: Order, payment: Payment
    ) -> None:
        charge = posting_of(order, payment, CHARGE)
        await self.post(world, charge)
        again = replace(charge, id=PostingId(IDS.uuid()), occurred_at=NOON + MINUTE)
        refund = replace(again, kind=PostingKind.REFUND)
        await self.post(world, again, refund)
        assert await self.posted(world, order) == [charge, refund]

    async def test_the_same_posting_many_times_at_once(
        self, world: World, order: Order, payment: Payment
    ) -> None:
        charge = posting_of(order, payment, CHARGE)
        copies = [replace(charge, id=PostingId(IDS.uuid())) for _ in range(10)]
        outcomes = await crowd(self.post(world, copy) for copy in copies)
        assert outcomes == [None] * 10
        (kept,) = await self.posted(world, order)
        assert kept in copies

    async def test_balances_and_totals(self, world: World, order: Order, payment: Payment) -> None:
        kinds = PostingKind
        await self.post(
            world,
            posting_of(order, payment, CHARGE),
            posting_of(order, payment, {Account.PROVIDER: 100, Account.ORGANIZER: -100}),
            posting_of(
                order,
                payment,
                {Account.ORGANIZER: 200, Account.TAX: 30, Account.PROVIDER: -230},
                kind=kinds.REFUND,
            ),
            posting_of(
                order,
                payment,
                {Account.ORGANIZER: 9, Account.DISPUTED: -9},
                kind=kinds.DISPUTE_LOST,
            ),
            posting_of(
                order,
                payment,
                {Account.PROVIDER: 2**60, Account.ORGANIZER: -(2**60)},
                currency="JPY",
            ),
            posting_of(order, payment, {Account.PROVIDER: 5, Account.ORGANIZER: -5}, live=False),
        )
        async with world.begin(world.system()) as work:
            live = await work.ledger.balances(order.organizer_id, live=True)
            tests = await work.ledger.balances(order.organizer_id, live=False)
            totals = await work.ledger.totals(order.organizer_id, live=True)
            nobody = OrganizerId(IDS.uuid())
            assert await work.ledger.balances(nobody, live=True) == {}
            assert await work.ledger.totals(nobody, live=True) == {}
        assert live == {
            "EUR": {
                Account.PROVIDER: 1870,
                Account.DISPUTED: -9,
                Account.ORGANIZER: -1491,
                Account.TAX: -270,
                Account.PLATFORM: -100,
            },
            "JPY": dict.fromkeys(Account, 0)
            | {Account.PROVIDER: 2**60, Account.ORGANIZER: -(2**60)},
        }
        assert tests["EUR"][Account.PROVIDER] == 5
        assert totals == {
            ("EUR", kinds.CHARGE): 2100,
            ("EUR", kinds.REFUND): -230,
            ("JPY", kinds.CHARGE): 2**60,
        }

    async def test_what_is_booked_of_a_provider(
        self, world: World, order: Order, payment: Payment
    ) -> None:
        """Within a span, by moment, where something moved there."""
        first = posting_of(order, payment, CHARGE)
        second = posting_of(
            order,
            payment,
            {Account.PROVIDER: -7, Account.ORGANIZER: 7},
            kind=PostingKind.PROVIDER_FEE,
            after=MINUTE,
        )
        await self.post(
            world,
            second,
            first,
            posting_of(order, payment, CHARGE, after=2 * MINUTE),
            posting_of(order, payment, CHARGE, after=-MINUTE),
            posting_of(order, payment, CHARGE, provider="offline"),
            posting_of(order, payment, CHARGE, live=False),
            posting_of(
                order,
                payment,
                {Account.ORGANIZER: 9, Account.DISPUTED: -9},
                kind=PostingKind.DISPUTE_LOST,
            ),
        )
        async with world.begin(world.system()) as work:
            found = await work.ledger.booked(
                "simulated", live=True, since=NOON, until=NOON + 2 * MINUTE
            )
        assert [(each.kind, each.source_id, each.amount) for each in found] == [
            (PostingKind.CHARGE, first.source_id, 2000),
            (PostingKind.PROVIDER_FEE, second.source_id, -7),
        ]
        charge, _ = found
        assert (charge.reference, charge.currency, charge.occurred_at) == (REFERENCE, "EUR", NOON)
        assert (charge.order_id, charge.payment_id) == (order.id, payment.id)
        assert charge.organizer_id == order.organizer_id

    def dispute(self, payment: Payment, reference: str = "dp_1") -> Dispute:
        return Dispute.open(
            id=DisputeId(IDS.uuid()),
            payment_id=payment.id,
            order_id=payment.order_id,
            reference=reference,
            amount=Money(500, "EUR"),
            reason="fraudulent",
            at=NOON,
        )

    async def dispute_it(self, world: World, dispute: Dispute) -> None:
        async with world.begin(world.system()) as work:
            work.disputes.add(dispute)
            await work.commit(None)

    async def test_a_dispute_is_found_again(self, world: World, payment: Payment) -> None:
        first, second = self.dispute(payment), self.dispute(payment, "dp_2")
        await self.dispute_it(world, first)
        await self.dispute_it(world, replace(second, created_at=NOON - MINUTE))
        async with world.begin(world.system()) as work:
            older, newer = await work.disputes.of_payment(payment.id)
            assert (older.id, newer) == (second.id, first)
            assert list(await work.disputes.of_payment(PaymentId(IDS.uuid()))) == []
            work.disputes.save(newer.lose(at=NOON + MINUTE))
            await work.commit(None)
        async with world.begin(world.system()) as work:
            _, lost = await work.disputes.of_payment(payment.id)
        assert (lost.state, lost.updated_at, lost.version) == (
            DisputeState.LOST,
            NOON + MINUTE,
            2,
        )
        with pytest.raises(StaleWrite):
            async with world.begin(world.system()) as work:
                work.disputes.save(newer.win(at=NOON))
                await work.commit(None)
        facts = await world.facts_of(payment.order_id)
        assert facts[-3:] == ["DisputeOpened", "DisputeOpened", "DisputeLost"]

    async def test_a_dispute_opens_once(self, world: World, payment: Payment) -> None:
        outcomes = await crowd(self.dispute_it(world, self.dispute(payment)) for _ in range(5))
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 4

    async def test_disputes_that_nobody_has_decided(
        self, world: World, sale: Sale, payment: Payment
    ) -> None:
        others = [await pay(world, await new_order(world, sale)) for _ in range(3)]
        for each in (*others[:2], payment):
            await self.dispute_it(world, self.dispute(each))
        await self.dispute_it(world, self.dispute(payment, "dp_2"))
        lost = self.dispute(others[2])
        async with world.begin(world.system()) as work:
            work.disputes.add(lost.lose(at=NOON))
            await work.commit(None)
        first, second, third = sorted([payment.id, *(each.id for each in others[:2])])
        async with world.begin(world.system()) as work:
            undecided = work.disputes.undecided
            assert list(await undecided(after=None, limit=9)) == [first, second, third]
            assert list(await undecided(after=first, limit=1)) == [second]
            assert list(await undecided(after=third, limit=9)) == []

    async def ask(self, world: World, *items: Attention) -> None:
        async with world.begin(world.system()) as work:
            for each in items:
                work.attention.add(each)
            await work.commit(None)

    async def get(self, world: World, attention_id: AttentionId) -> Attention | None:
        async with world.begin(world.system()) as work:
            return await work.attention.get(attention_id)

    async def test_an_item_is_found_again_and_resolved(self, world: World) -> None:
        asked, operators = item(OrganizerId(IDS.uuid())), item()
        await self.ask(world, asked, operators)
        assert await self.get(world, asked.id) == asked
        assert await self.get(world, operators.id) == operators
        assert await self.get(world, AttentionId(IDS.uuid())) is None
        user_id = (await world.user()).user_id
        resolved = replace(asked, facts=()).resolve(
            Choice.DISMISS, note="Paid in cash.", by=user_id, at=NOON + MINUTE
        )
        async with world.begin(world.system()) as work:
            assert await work.attention.open_for(asked.kind, asked.subject_id) == asked
            assert await work.attention.open_for(AttentionKind.DISPUTE, asked.subject_id) is None
            work.attention.save(resolved)
            await work.commit(None)
        assert await self.get(world, asked.id) == resolved
        async with world.begin(world.system()) as work:
            assert await work.attention.open_for(asked.kind, asked.subject_id) is None
        with pytest.raises(StaleWrite):
            async with world.begin(world.system()) as work:
                work.attention.save(resolved)
                await work.commit(None)
        assert await world.facts_of(asked.id) == ["AttentionAsked", "AttentionGiven"]

    async def test_one_of_a_kind_is_open(self, world: World) -> None:
        """What is left out leaves no fact; what is resolved makes room."""
        first = item()
        again = item(subject_id=first.subject_id)
        other = item(subject_id=first.subject_id, kind=AttentionKind.DISPUTE)
        await self.ask(world, first)
        await self.ask(world, again, other)
        assert await self.get(world, again.id) is None
        assert await world.facts_of(again.id) == []
        assert await world.facts_of(other.id) == ["AttentionAsked"]
        done = replace(first, facts=()).resolve(Choice.DISMISS, note="", by=None, at=NOON)
        third = item(subject_id=first.subject_id)
        async with world.begin(world.system()) as work:
            work.attention.add(third)
            work.attention.save(done)
            await work.commit(None)
        async with world.begin(world.system()) as work:
            assert await work.attention.open_for(first.kind, first.subject_id) == third

    async def test_the_same_item_many_times_at_once(self, world: World) -> None:
        subject_id = IDS.uuid()
        items = [item(subject_id=subject_id) for _ in range(10)]
        assert await crowd(self.ask(world, each) for each in items) == [None] * 10
        kept = [each for each in items if await self.get(world, each.id)]
        told = [each for each in items if await world.facts_of(each.id)]
        assert len(kept) == 1 and told == kept

    async def test_what_was_asked_before(self, world: World) -> None:
        asked = item(kind=AttentionKind.PAYMENT_STUCK)
        looked = item(kind=AttentionKind.PAYMENT_STUCK)
        await self.ask(world, asked, looked)
        assert await self.was_asked(world, asked) and await self.was_asked(world, looked)
        for each, choice in ((asked, Choice.DISMISS), (looked, Choice.LOOK_AGAIN)):
            async with world.begin(world.system()) as work:
                opened = replace(each, facts=())
                work.attention.save(opened.resolve(choice, note="", by=None, at=NOON))
                await work.commit(None)
        assert await self.was_asked(world, asked)
        assert not await self.was_asked(world, looked), "if it is still so, they want to know"
        assert not await self.was_asked(world, item())

    async def was_asked(self, world: World, asked: Attention) -> bool:
        async with world.begin(world.system()) as work:
            return await work.attention.was_asked(asked.kind, asked.subject_id)

    async def test_pages_of_items(self, world: World) -> None:
        ours, theirs = OrganizerId(IDS.uuid()), OrganizerId(IDS.uuid())
        items = [
            item(organizer_id, after=minutes * MINUTE)
            for minutes, organizer_id in enumerate([ours, theirs, None, ours, ours])
        ]
        test = item(ours, live=False)
        await self.ask(world, *items[::-1], test)
        done = items[3]
        async with world.begin(world.system()) as work:
            opened = replace(done, facts=())
            work.attention.save(opened.resolve(Choice.DISMISS, note="", by=None, at=NOON))
            await work.commit(None)

        async def page(
            where: AttentionFilter, after: Attention | None = None, limit: int = 9
        ) -> list[AttentionId]:
            behind = None if after is None else (after.created_at, after.id)
            async with world.begin(world.system()) as work:
                return [
                    each.id for each in await work.attention.page(where, after=behind, limit=limit)
                ]

        everything = AttentionFilter(organizer_id=None, live=True)
        own = AttentionFilter(organizer_id=ours, live=True)
        assert await page(everything) == [each.id for each in items]
        assert await page(everything, after=items[1], limit=2) == [items[2].id, items[3].id]
        assert await page(own) == [items[0].id, items[3].id, items[4].id]
        assert await page(replace(own, state=AttentionState.OPEN)) == [items[0].id, items[4].id]
        assert await page(replace(own, state=AttentionState.RESOLVED)) == [done.id]
        assert await page(replace(own, live=False)) == [test.id]

    async def test_reports(self, world: World) -> None:
        ours = OrganizerId(IDS.uuid())
        first = report("a", discrepancy(ours))
        second = report("a", discrepancy(ours), discrepancy(None, ours=None), after=MINUTE)
        other, test = report("b", after=-MINUTE), report("a", live=False, after=2 * MINUTE)
        async with world.begin(world.system()) as work:
            assert list(await work.reconciliations.latest(live=True)) == []
            assert await work.reconciliations.last_until("a", live=True) is None
            for each in (second, first, other, test):
                work.reconciliations.add(each)
            await work.commit(None)
        async with world.begin(world.system()) as work:
            assert list(await work.reconciliations.latest(live=True)) == [second, other]
            assert list(await work.reconciliations.latest(live=False)) == [test]
            assert await work.reconciliations.last_until("a", live=True) == second.until
            assert await work.reconciliations.last_until("b", live=True) == other.until
            assert await work.reconciliations.last_until("b", live=False) is None

    async def test_of_a_report_everybody_sees_their_own(self, world: World) -> None:
        owner, rival, superuser = await world.users(3)
        ours = (await world.organizer(owner)).id
        theirs = (await world.organizer(rival)).id
        await world.join(ours, rival, Role.SCANNER)
        lines = (discrepancy(ours), discrepancy(theirs), discrepancy(None))
        async with world.begin(world.system()) as work:
            work.reconciliations.add(report("a", *lines))
            await work.commit(None)

        async def seen(ctx: Context) -> tuple[Discrepancy, ...]:
            async with world.begin(ctx) as work:
                (latest,) = await work.reconciliations.latest(live=True)
            return latest.discrepancies

        assert await seen(owner.admitted) == lines[:1]
        assert await seen(rival.admitted) == lines[:2]
        ctx = superuser.admitted
        assert await seen(replace(ctx, actor=replace(ctx.actor, superuser=True))) == lines
        assert await seen(world.system()) == lines
