"""Webhook endpoints and deliveries: kept, claimed once, ended once, replayed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from application.ports.unit_of_work import StaleWrite
from application.ports.webhooks import DeliveryFilter
from domain.webhook.delivery import Attempt, DeliveryState, WebhookDelivery
from domain.webhook.endpoint import DisabledBy, WebhookEndpoint
from shared.ids import OrganizerId, WebhookDeliveryId, WebhookEndpointId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, Caller, World, crowd

MINUTE = timedelta(minutes=1)
DELIVERED, FAILED = Attempt(status=204), Attempt(status=None, error="timeout")


def new_endpoint(organizer_id: OrganizerId, *, live: bool = True, at: datetime) -> WebhookEndpoint:
    return WebhookEndpoint.create(
        id=WebhookEndpointId(IDS.uuid()),
        organizer_id=organizer_id,
        live=live,
        url="https://hall.example/",
        types=["order.*", "ticket.issued"],
        description="Löwe",
        secret=b"\x00locked",
        known_types=["order.placed", "ticket.issued"],
        at=at,
    )


def new_delivery(endpoint: WebhookEndpoint, *, at: datetime) -> WebhookDelivery:
    return WebhookDelivery.create(
        id=WebhookDeliveryId(IDS.uuid()),
        endpoint_id=endpoint.id,
        message_id=IDS.uuid(),
        type="order.placed",
        body='{"name":"Löwe"}',
        at=at,
    )


class WebhooksContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def owner(self, world: World) -> Caller:
        owner = await world.user()
        await world.organizer(owner)
        return owner

    @pytest.fixture
    async def endpoint(self, world: World, owner: Caller) -> WebhookEndpoint:
        return await self.add(world, owner)

    async def add(self, world: World, owner: Caller, *, live: bool = True) -> WebhookEndpoint:
        async with world.begin(owner.admitted) as work:
            organizer_id = owner.memberships[0].organizer_id
            endpoint = new_endpoint(organizer_id, live=live, at=await work.now())
            work.webhook_endpoints.add(endpoint)
            return await work.commit(endpoint)

    async def stored(self, world: World, endpoint: WebhookEndpoint) -> WebhookEndpoint | None:
        async with world.begin(world.system()) as work:
            return await work.webhook_endpoints.get(endpoint.id)

    async def save(self, world: World, owner: Caller, endpoint: WebhookEndpoint) -> None:
        async with world.begin(owner.admitted) as work:
            work.webhook_endpoints.save(endpoint)
            await work.commit(None)

    async def send(
        self, world: World, endpoint: WebhookEndpoint, count: int = 1
    ) -> list[WebhookDelivery]:
        async with world.begin(world.system()) as work:
            now = await work.now()
            made = [
                new_delivery(endpoint, at=now - (count - number) * MINUTE)
                for number in range(count)
            ]
            for delivery in made:
                work.webhook_deliveries.add(delivery)
            return await work.commit(made)

    async def claim(
        self,
        world: World,
        *but: WebhookEndpoint,
        limit: int = 100,
        per_endpoint: int = 100,
    ) -> list[WebhookDeliveryId]:
        async with world.begin(world.system()) as work:
            found = await work.webhook_deliveries.claim(
                limit=limit,
                per_endpoint=per_endpoint,
                but=[each.id for each in but],
                lease=10 * MINUTE,
            )
        return [each.id for each in found]

    async def end(self, world: World, delivery: WebhookDelivery, attempt: Attempt) -> None:
        async with world.begin(world.system()) as work:
            tried = delivery.tried(attempt, jitter=0, at=await work.now())
            work.webhook_deliveries.save(tried)
            await work.commit(None)

    async def found(
        self, world: World, owner: Caller, where: DeliveryFilter
    ) -> list[WebhookDelivery]:
        async with world.begin(owner.admitted) as work:
            return list(await work.webhook_deliveries.page(where, after=None, limit=100))

    async def test_an_endpoint_is_found_again(self, world: World, owner: Caller) -> None:
        for live in (True, False):
            endpoint = await self.add(world, owner, live=live)
            assert await self.stored(world, endpoint) == endpoint
            assert await world.facts_of(endpoint.id) == ["WebhookEndpointCreated"]

    async def test_changes_are_kept(
        self, world: World, owner: Caller, endpoint: WebhookEndpoint
    ) -> None:
        changed = endpoint
        now = await world.now()
        for change in (
            replace(endpoint, facts=()).rotate(b"\x01other", at=now).failed(at=now),
            replace(endpoint, facts=(), version=2).disable(DisabledBy.GONE, at=now),
        ):
            await self.save(world, owner, change)
            changed = change
            assert await self.stored(world, endpoint) == changed
        assert await world.facts_of(endpoint.id) == [
            "WebhookEndpointCreated",
            "WebhookSecretRotated",
            "WebhookEndpointFailing",
            "WebhookEndpointDisabled",
        ]

    async def test_of_two_changes_of_one_version_the_second_is_stale(
        self, world: World, owner: Caller, endpoint: WebhookEndpoint
    ) -> None:
        off = replace(endpoint, facts=()).disable(DisabledBy.PERSON, at=await world.now())
        await self.save(world, owner, off)
        with pytest.raises(StaleWrite):
            await self.save(world, owner, off)
        with pytest.raises(StaleWrite):
            await self.remove(world, owner, off)

    async def remove(self, world: World, owner: Caller, endpoint: WebhookEndpoint) -> None:
        async with world.begin(owner.admitted) as work:
            work.webhook_endpoints.remove(endpoint)
            await work.commit(None)

    async def test_what_is_removed_takes_its_deliveries_along(
        self, world: World, owner: Caller, endpoint: WebhookEndpoint
    ) -> None:
        other = await self.add(world, owner)
        await self.send(world, endpoint, 2)
        (kept,) = await self.send(world, other)
        await self.remove(world, owner, replace(endpoint, facts=()).delete(at=await world.now()))
        assert await self.stored(world, endpoint) is None
        assert (await world.facts_of(endpoint.id))[-1] == "WebhookEndpointDeleted"
        assert await self.claim(world) == [kept.id]

    async def test_who_listens(self, world: World, owner: Caller) -> None:
        live, test, off = [await self.add(world, owner, live=live) for live in (True, False, True)]
        await self.save(
            world,
            owner,
            replace(off, facts=()).disable(DisabledBy.PERSON, at=await world.now()),
        )
        await self.add(world, await self.other(world))
        async with world.begin(world.system()) as work:
            listening = work.webhook_endpoints.listening
            found = [await listening(live.organizer_id, live=mode) for mode in (True, False)]
            assert [[each.id for each in some] for some in found] == [[live.id], [test.id]]
            assert await work.webhook_endpoints.number_of(live.organizer_id) == 3

    async def other(self, world: World) -> Caller:
        other = await world.user()
        await world.organizer(other)
        return other

    async def test_pages_of_endpoints(self, world: World, owner: Caller) -> None:
        organizer_id, at = owner.memberships[0].organizer_id, await world.now()
        made = [
            new_endpoint(organizer_id, live=second != 2, at=at + timedelta(seconds=second))
            for second in (3, 1, 2, 1)
        ]
        async with world.begin(owner.admitted) as work:
            for each in made:
                work.webhook_endpoints.add(each)
            await work.commit(None)
        expected = sorted(made, key=lambda each: (each.created_at, each.id), reverse=True)
        async with world.begin(owner.admitted) as work:
            page = work.webhook_endpoints.page
            assert list(await page(organizer_id, live=None, after=None, limit=3)) == expected[:3]
            tests = await page(organizer_id, live=False, after=None, limit=9)
            assert [each.id for each in tests] == [made[2].id]
            for position, each in enumerate(expected):
                behind = (each.created_at, each.id)
                rest = await page(organizer_id, live=None, after=behind, limit=9)
                assert list(rest) == expected[position + 1 :]

    async def test_every_endpoint_by_id(self, world: World, owner: Caller) -> None:
        ids = sorted([(await self.add(world, owner, live=live)).id for live in (True, False)])
        async with world.begin(world.system()) as work:
            first = await work.webhook_endpoints.every(after=None, limit=1)
            rest = await work.webhook_endpoints.every(after=first[0].id, limit=9)
        assert [each.id for each in (*first, *rest)] == ids

    async def test_what_is_due_is_claimed_once(
        self, world: World, endpoint: WebhookEndpoint
    ) -> None:
        made = [each.id for each in await self.send(world, endpoint, 3)]
        assert set(await self.claim(world, limit=2)) == set(made[:2])
        await world.harness.pass_time(MINUTE)
        assert await self.claim(world) == made[2:]
        assert await self.claim(world) == []
        await world.harness.pass_time(11 * MINUTE)
        assert set(await self.claim(world)) == set(made)

    async def test_no_endpoint_takes_all(
        self, world: World, owner: Caller, endpoint: WebhookEndpoint
    ) -> None:
        other = await self.add(world, owner)
        first, second = await self.send(world, endpoint, 5), await self.send(world, other, 1)
        claimed = set(await self.claim(world, per_endpoint=2))
        assert claimed == {first[0].id, first[1].id, second[0].id}
        assert await self.claim(world, endpoint) == []
        assert len(await self.claim(world)) == 3

    async def test_many_claim_at_once(self, world: World, endpoint: WebhookEndpoint) -> None:
        made = await self.send(world, endpoint, 30)
        claims = await crowd(self.claim(world, limit=10, per_endpoint=10) for _ in range(6))
        claimed = [each for some in claims if isinstance(some, list) for each in some]
        assert len(claimed) == len(set(claimed))
        claimed += await self.claim(world)
        assert sorted(claimed) == sorted(each.id for each in made)
        await world.harness.check_idle()

    async def test_how_an_attempt_ended(
        self, world: World, owner: Caller, endpoint: WebhookEndpoint
    ) -> None:
        (delivery,) = await self.send(world, endpoint)
        await self.end(world, delivery, replace(FAILED, status=503, retry_after=50))
        assert await self.claim(world) == []
        await world.harness.pass_time(MINUTE)
        assert await self.claim(world) == [delivery.id]
        (found,) = await self.found(world, owner, DeliveryFilter(endpoint_id=endpoint.id))
        assert (found.state, found.attempts, found.error) == (DeliveryState.PENDING, 1, "timeout")
        assert (found.body, found.message_id) == (delivery.body, delivery.message_id)
        await self.end(world, found, DELIVERED)
        await self.end(world, found, FAILED)  # of somebody whose lease was over
        (found,) = await self.found(world, owner, DeliveryFilter(endpoint_id=endpoint.id))
        assert (found.state, found.attempts, found.status) == (DeliveryState.DELIVERED, 2, 204)
        await world.harness.pass_time(20 * MINUTE)
        assert await self.claim(world) == []

    async def test_a_message_comes_once_to_an_endpoint(
        self, world: World, owner: Caller, endpoint: WebhookEndpoint
    ) -> None:
        other = await self.add(world, owner)
        (delivery,) = await self.send(world, endpoint)
        again = replace(delivery, id=WebhookDeliveryId(IDS.uuid()))
        elsewhere = replace(again, id=WebhookDeliveryId(IDS.uuid()), endpoint_id=other.id)
        async with world.begin(world.system()) as work:
            work.webhook_deliveries.add(again)
            work.webhook_deliveries.add(elsewhere)
            await work.commit(None)
        assert set(await self.claim(world)) == {delivery.id, elsewhere.id}

    async def test_replayed(self, world: World, owner: Caller, endpoint: WebhookEndpoint) -> None:
        made = await self.send(world, endpoint, 4)
        for delivery, attempt in zip(made[:3], (DELIVERED, Attempt(status=410), DELIVERED)):
            await self.end(world, delivery, attempt)
        named = DeliveryFilter(endpoint_id=endpoint.id, message_ids=(made[1].message_id,))
        for where, expected in (
            (DeliveryFilter(endpoint_id=endpoint.id), made[:3]),
            (DeliveryFilter(endpoint_id=endpoint.id, state=DeliveryState.FAILED), made[1:2]),
            (DeliveryFilter(endpoint_id=endpoint.id, ids=(made[0].id, made[3].id)), made[:1]),
            (named, made[1:2]),
            (DeliveryFilter(endpoint_id=WebhookEndpointId(IDS.uuid())), []),
        ):
            async with world.begin(owner.admitted) as work:
                ids = await work.webhook_deliveries.over(where, limit=9)
            assert ids == [each.id for each in expected]
        assert await self.claim(world) == [made[3].id]
        async with world.begin(owner.admitted) as work:
            ids = [made[1].id, made[3].id]
            work.webhook_deliveries.replay(ids, at=await work.now())
            await work.commit(None)
        assert await self.claim(world) == [made[1].id]
        (again,) = await self.found(world, owner, named)
        assert (again.state, again.attempts, again.status) == (DeliveryState.PENDING, 0, None)

    async def test_ranges_and_pages(
        self, world: World, owner: Caller, endpoint: WebhookEndpoint
    ) -> None:
        made = await self.send(world, endpoint, 4)
        middle = DeliveryFilter(
            endpoint_id=endpoint.id, since=made[1].created_at, until=made[3].created_at
        )
        assert await self.found(world, owner, middle) == [made[2], made[1]]
        everything = DeliveryFilter(endpoint_id=endpoint.id)
        async with world.begin(owner.admitted) as work:
            page = work.webhook_deliveries.page
            behind = (made[2].created_at, made[2].id)
            assert list(await page(everything, after=None, limit=2)) == [made[3], made[2]]
            assert list(await page(everything, after=behind, limit=9)) == [made[1], made[0]]

    async def test_what_is_over_is_forgotten(
        self, world: World, owner: Caller, endpoint: WebhookEndpoint
    ) -> None:
        made = await self.send(world, endpoint, 3)
        for delivery in made[1:]:
            await self.end(world, delivery, DELIVERED)
        async with world.begin(world.system()) as work:
            before = made[2].created_at
            assert await work.webhook_deliveries.forget(before=before) == 1
        left = await self.found(world, owner, DeliveryFilter(endpoint_id=endpoint.id))
        assert [each.id for each in left] == [made[2].id, made[0].id]
