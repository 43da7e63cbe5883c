"""IdempotencyStore, and the claim a unit of work makes on a key: at most one effect each."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from application.errors import IdempotencyInProgress
from application.messages import Claim, Context
from application.ports.idempotency import StoredAnswer
from application.ports.unit_of_work import KeyTaken
from application.views.hold import HoldView
from application.views.money import MoneyView
from application.views.order import OrderView, PaymentView
from application.views.organizer import OrganizerView
from domain.order.errors import OrderNotCancellable
from domain.organizer.organizer import Role
from domain.stock import SoldOut
from shared.errors import AppError, Violation
from shared.ids import OrderId, PaymentId
from tests.contracts.harness import Harness
from tests.contracts.units import new_organizer
from tests.contracts.world import IDS, STARTS_AT, Caller, World, kind, new_key

DIGEST = bytes(range(32))


def claim_of(caller: Caller, key: str | None = None, operation: str = "CreateOrganizer") -> Claim:
    return Claim(
        actor=str(caller.user_id), operation=operation, key=key or new_key(), fingerprint=DIGEST
    )


def claiming(caller: Caller, claim: Claim) -> Context:
    return replace(caller.admitted, claim=claim)


class KeysContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def caller(self, world: World) -> Caller:
        return await world.user()

    async def create(self, world: World, ctx: Context, *, final: bool = True) -> OrganizerView:
        assert ctx.actor.user_id is not None
        organizer = new_organizer(ctx.actor.user_id)
        async with world.begin(ctx.acting_for(organizer.id, Role.OWNER)) as work:
            await work.now()
            work.organizers.add(organizer)
            return await work.commit(OrganizerView.of(organizer), final=final)

    async def find(self, world: World, claim: Claim) -> StoredAnswer[OrganizerView] | None:
        return await world.harness.store.find(claim, OrganizerView)

    async def test_an_unused_key_is_not_found(self, world: World, caller: Caller) -> None:
        assert await self.find(world, claim_of(caller)) is None

    async def test_the_answer_is_kept_with_the_effect(self, world: World, caller: Caller) -> None:
        claim = claim_of(caller)
        answer = await self.create(world, claiming(caller, claim))
        found = await self.find(world, claim)
        assert found is not None
        assert (found.answer, found.refusal, found.final) == (answer, None, True)
        assert found.fingerprint == DIGEST and 0 <= found.age_seconds < 60

    async def test_without_a_key_nothing_is_kept(self, world: World, caller: Caller) -> None:
        await self.create(world, caller.admitted)
        assert await world.harness.store.forget(before=await world.now()) == 0

    async def test_a_used_key_is_taken(self, world: World, caller: Caller) -> None:
        """Whatever the content: the pipeline compares the fingerprints."""
        claim = claim_of(caller)
        await self.create(world, claiming(caller, claim))
        for again in (claim, replace(claim, fingerprint=DIGEST[::-1])):
            with pytest.raises(KeyTaken):
                await self.create(world, claiming(caller, again))
        found = await self.find(world, claim)
        assert found is not None and found.fingerprint == DIGEST
        assert caller.session_id is not None
        standing = await world.harness.standings.of_user(caller.user_id, caller.session_id)
        assert standing is not None and len(standing.memberships) == 1

    async def test_the_first_read_finds_out(self, world: World, caller: Caller) -> None:
        claim = claim_of(caller)
        await self.create(world, claiming(caller, claim))
        with pytest.raises(KeyTaken):
            async with world.begin(claiming(caller, claim)) as work:
                await work.users.get(caller.user_id)

    async def test_keys_are_scoped_by_actor_and_operation(self, world: World) -> None:
        one, other = await world.users(2)
        claim = claim_of(one)
        await self.create(world, claiming(one, claim))
        await self.create(world, claiming(other, claim_of(other, claim.key)))
        elsewhere = claim_of(one, claim.key, operation="CreateEvent")
        assert await self.find(world, elsewhere) is None
        await self.create(world, claiming(one, elsewhere))

    async def test_a_key_without_commit_is_free_again(self, world: World, caller: Caller) -> None:
        claim = claim_of(caller)
        async with world.begin(claiming(caller, claim)) as work:
            await work.now()
        with pytest.raises(ZeroDivisionError):
            async with world.begin(claiming(caller, claim)) as work:
                await work.now()
                raise ZeroDivisionError
        assert await self.find(world, claim) is None
        await self.create(world, claiming(caller, claim))

    async def test_a_key_of_a_cancelled_caller_is_free_again(
        self, world: World, caller: Caller
    ) -> None:
        claim, reached = claim_of(caller), asyncio.Event()

        async def walk_away() -> None:
            async with world.begin(claiming(caller, claim)) as work:
                await work.now()
                reached.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(walk_away())
        await reached.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await self.create(world, claiming(caller, claim))
        await world.harness.check_idle()

    async def test_a_second_caller_waits_for_the_first(self, world: World, caller: Caller) -> None:
        """If the first one commits the key is taken; if it gives up the second one has it."""
        for commits in (True, False):
            claim, reached, go_on = claim_of(caller), asyncio.Event(), asyncio.Event()

            async def first() -> None:
                async with world.begin(claiming(caller, claim)) as work:
                    await work.now()
                    reached.set()
                    await go_on.wait()
                    if commits:
                        await work.commit(None)

            running = asyncio.create_task(first())
            await reached.wait()
            second = asyncio.create_task(self.create(world, claiming(caller, claim)))
            for _ in range(20):
                await world.harness.a_moment()
            assert not second.done()
            go_on.set()
            await running
            if commits:
                with pytest.raises(KeyTaken):
                    await second
            else:
                assert isinstance(await second, OrganizerView)

    async def test_a_second_caller_does_not_wait_for_ever(
        self, world: World, caller: Caller
    ) -> None:
        claim = claim_of(caller)
        async with world.begin(claiming(caller, claim)) as work:
            await work.now()
            with pytest.raises(IdempotencyInProgress) as refused:
                async with asyncio.timeout(30):
                    async with world.harness.impatient()(claiming(caller, claim)) as second:
                        await second.now()
        assert refused.value.retry_after

    async def test_a_provisional_answer_is_replaced(self, world: World, caller: Caller) -> None:
        claim = claim_of(caller)
        ctx = claiming(caller, claim)
        first = await self.create(world, ctx, final=False)
        found = await self.find(world, claim)
        assert found is not None and (found.answer, found.final) == (first, False)
        with pytest.raises(KeyTaken):
            await self.create(world, ctx)
        later = replace(first, name="Later")
        async with world.begin(ctx.holding_claim()) as work:
            await work.now()
            await work.commit(later)
        found = await self.find(world, claim)
        assert found is not None and (found.answer, found.final) == (later, True)

    async def test_a_provisional_answer_grows_old(self, world: World, caller: Caller) -> None:
        claim = claim_of(caller)
        await self.create(world, claiming(caller, claim), final=False)
        await world.harness.pass_time(timedelta(seconds=30))
        found = await self.find(world, claim)
        assert found is not None and 30 <= found.age_seconds < 60

    @pytest.mark.parametrize(
        "refusal",
        [
            OrderNotCancellable(metadata={"state": "CONFIRMED"}),
            SoldOut(
                "Gone – ausverkauft",
                violations=[Violation(("lines", 2, "quantity"), "asks for 3, 1 left")],
                retry_after=1.5,
            ),
        ],
    )
    async def test_a_refusal_is_kept(self, world: World, caller: Caller, refusal: AppError) -> None:
        claim = claim_of(caller)
        await world.harness.store.refuse(claim, refusal)
        found = await self.find(world, claim)
        assert found is not None and found.refusal is not None
        assert found.answer is None and found.final and found.fingerprint == DIGEST
        again = found.refusal
        assert again is not refusal and type(again) is type(refusal)
        assert (again.message, again.metadata) == (refusal.message, refusal.metadata)
        assert (again.violations, again.retry_after) == (refusal.violations, refusal.retry_after)
        with pytest.raises(KeyTaken):
            await world.harness.store.refuse(claim, refusal)
        with pytest.raises(KeyTaken):
            await self.create(world, claiming(caller, claim))

    async def test_a_refusal_never_replaces_an_answer(self, world: World, caller: Caller) -> None:
        claim = claim_of(caller)
        answer = await self.create(world, claiming(caller, claim))
        with pytest.raises(KeyTaken):
            await world.harness.store.refuse(claim, OrderNotCancellable())
        found = await self.find(world, claim)
        assert found is not None and found.answer == answer

    async def test_old_keys_are_forgotten(self, world: World, caller: Caller) -> None:
        old, new = claim_of(caller), claim_of(caller)
        await self.create(world, claiming(caller, old))
        await world.harness.pass_time(timedelta(hours=73))
        await self.create(world, claiming(caller, new))
        before = await world.now() - timedelta(hours=72)
        assert await world.harness.store.forget(before=before) == 1
        assert await self.find(world, old) is None
        assert await self.find(world, new) is not None
        await self.create(world, claiming(caller, old))

    async def test_answers_come_back_as_they_were(self, world: World) -> None:
        """Nested values, moments, absent fields and all."""
        sale = await world.sale(kind("Standing", 5))
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"Standing": 2}, key := new_key())
        claim = claim_of(buyer, key, "CreateHold")
        found = await world.harness.store.find(claim, HoldView)
        assert found is not None and found.answer == hold
        order = await world.order(buyer, hold.id, key)
        assert order.payment is None
        await self.kept_as(world, buyer, order, OrderView)
        payment = PaymentView(
            id=PaymentId(IDS.uuid()),
            order_id=OrderId(order.id),
            provider="simulated",
            method="succeed",
            state="CREATED",
            amount=MoneyView(amount=2000, currency="EUR"),
            client_secret=None,
            redirect_url="https://pay.example/ö?a=b",
            failure=None,
            created_at=STARTS_AT,
        )
        await self.kept_as(world, buyer, replace(order, payment=payment), OrderView)

    async def kept_as(
        self, world: World, caller: Caller, answer: OrderView, answers: type[OrderView]
    ) -> None:
        claim = claim_of(caller, operation="CancelOrder")
        async with world.begin(claiming(caller, claim)) as work:
            assert await work.commit(answer) == answer
        found = await world.harness.store.find(claim, answers)
        assert found is not None and found.answer == answer

    async def test_nothing_is_an_answer_too(self, world: World, caller: Caller) -> None:
        """A key whose call was answered with nothing is taken all the same."""
        claim = claim_of(caller)
        organizer = new_organizer(caller.user_id)
        ctx = claiming(caller, claim).acting_for(organizer.id, Role.OWNER)
        async with world.begin(ctx) as work:
            work.organizers.add(organizer)
            await work.commit(None)
        with pytest.raises(KeyTaken):
            await self.create(world, claiming(caller, claim))
