"""Inbox: a provider's event is kept once, and tried until it is processed."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.ports.inbox import ProviderEvent, Topic
from shared.ids import PaymentId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, World, crowd

BEGINNING = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
_seconds = itertools.count()


def new_event(provider: str = "simulated", event_id: str | None = None) -> ProviderEvent:
    return ProviderEvent(
        provider=provider,
        event_id=event_id or f"evt-{IDS.uuid()}",
        type="payment.captured",
        reference="pay-1",
        occurred_at=BEGINNING + timedelta(seconds=next(_seconds)),
    )


class InboxContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def receive(self, world: World, *events: ProviderEvent) -> None:
        async with world.begin(world.system()) as work:
            for event in events:
                work.inbox.receive(event)
            await work.commit(None)

    async def waiting(self, world: World, limit: int = 100) -> list[ProviderEvent]:
        async with world.begin(world.system()) as work:
            return list(await work.inbox.waiting(limit=limit))

    async def test_an_event_waits_once_received(self, world: World) -> None:
        event = new_event()
        async with world.begin(world.system()) as work:
            work.inbox.receive(event)
        assert await self.waiting(world) == []
        await self.receive(world, event)
        assert await self.waiting(world) == [event]

    async def test_an_event_says_what_it_is_about(self, world: World) -> None:
        events = [replace(new_event(), topic=topic) for topic in Topic]
        events.append(replace(new_event(), payment_id=PaymentId(IDS.uuid())))
        await self.receive(world, *events)
        assert await self.waiting(world) == events

    async def test_the_oldest_comes_first(self, world: World) -> None:
        events = [new_event() for _ in range(5)]
        for event in events[::-1]:
            await self.receive(world, event)
        assert await self.waiting(world) == events
        assert await self.waiting(world, limit=2) == events[:2]

    async def test_a_repeated_event_is_no_second_one(self, world: World) -> None:
        event, namesake = new_event(), new_event(provider="other", event_id="evt-1")
        ours = new_event(event_id="evt-1")
        await self.receive(world, event, event)
        await self.receive(world, event)
        await self.receive(world, namesake, ours)
        assert set(await self.waiting(world)) == {event, namesake, ours}
        assert len(await self.waiting(world)) == 3

    async def test_equal_events_at_once_are_one(self, world: World) -> None:
        event = new_event()
        outcomes = await crowd(self.receive(world, event) for _ in range(10))
        assert outcomes == [None] * 10
        assert await self.waiting(world) == [event]

    async def test_a_processed_event_never_comes_back(self, world: World) -> None:
        event, other = new_event(), new_event()
        await self.receive(world, event, other)
        async with world.begin(world.system()) as work:
            work.inbox.processed(event)
        assert len(await self.waiting(world)) == 2, "nothing was committed"
        async with world.begin(world.system()) as work:
            work.inbox.processed(event)
            await work.commit(None)
        await self.receive(world, event)
        assert await self.waiting(world) == [other]

    async def test_a_postponed_event_waits_until_then(self, world: World) -> None:
        event = new_event()
        await self.receive(world, event)
        async with world.begin(world.system()) as work:
            work.inbox.postpone(event, until=await work.now() + timedelta(minutes=30))
            await work.commit(None)
        await world.harness.pass_time(timedelta(minutes=20))
        assert await self.waiting(world) == []
        await world.harness.pass_time(timedelta(minutes=20))
        assert await self.waiting(world) == [event]
