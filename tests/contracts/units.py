"""UnitOfWork: one transaction, all or none, with its facts."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.ports.unit_of_work import StaleWrite
from domain.event.event import Event
from domain.organizer.errors import SlugTaken
from domain.organizer.organizer import Organizer, Role
from shared.ids import OrganizerId, UserId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, Caller, World, crowd, draft, kind


class UnitOfWorkContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def owner(self, world: World) -> Caller:
        return await world.user()

    @pytest.fixture
    async def event(self, world: World, owner: Caller) -> Event:
        return await world.add(draft((await world.organizer(owner)).id, kind("Standing", 10)))

    async def test_what_is_committed_is_there(self, world: World, event: Event) -> None:
        async with world.begin(world.system()) as work:
            assert await work.events.get(event.id) == event

    async def test_commit_answers_what_it_is_given(self, world: World) -> None:
        answer = object()
        async with world.begin(world.system()) as work:
            assert await work.commit(answer) is answer

    async def test_without_commit_nothing_is_written(self, world: World, owner: Caller) -> None:
        organizer = new_organizer(owner.user_id)
        async with world.begin(world.system()) as work:
            work.organizers.add(organizer)
        async with world.begin(world.system()) as work:
            assert await work.organizers.get(organizer.id) is None
        assert await world.facts_of(organizer.id) == []

    async def test_an_error_writes_nothing(self, world: World, owner: Caller) -> None:
        organizer = new_organizer(owner.user_id)
        with pytest.raises(ZeroDivisionError):
            async with world.begin(world.system()) as work:
                work.organizers.add(organizer)
                await work.now()
                raise ZeroDivisionError
        async with world.begin(world.system()) as work:
            assert await work.organizers.get(organizer.id) is None

    async def test_noted_writes_are_not_yet_there(self, world: World, owner: Caller) -> None:
        organizer = new_organizer(owner.user_id)
        async with world.begin(world.system()) as work:
            work.organizers.add(organizer)
            async with world.begin(world.system()) as other:
                assert await other.organizers.get(organizer.id) is None
            await work.commit(None)
            async with world.begin(world.system()) as other:
                assert await other.organizers.get(organizer.id) == organizer

    async def test_two_writes_of_which_one_fails(self, world: World, event: Event) -> None:
        """The first alone would succeed, whichever it is."""
        owner = await world.user()
        taken = await world.organizer(owner)
        before = len(await world.harness.outbox())
        now = datetime.now(UTC)
        for slug_first in (True, False):
            new = new_organizer(owner.user_id)
            with pytest.raises(SlugTaken):
                async with world.begin(world.system()) as work:
                    if slug_first:
                        work.organizers.add(replace(new_organizer(owner.user_id), slug=taken.slug))
                    work.organizers.add(new)
                    work.events.save(changed_from(event, event.publish(at=now)))
                    if not slug_first:
                        work.organizers.add(replace(new_organizer(owner.user_id), slug=taken.slug))
                    await work.commit(None)
            async with world.begin(world.system()) as work:
                assert await work.organizers.get(new.id) is None
                assert await work.events.get(event.id) == event
        assert len(await world.harness.outbox()) == before

    async def test_facts_are_committed_with_their_call(self, world: World, owner: Caller) -> None:
        organizer = new_organizer(owner.user_id)
        ctx = owner.admitted.acting_for(organizer.id, Role.OWNER)
        async with world.begin(ctx) as work:
            work.organizers.add(organizer)
            await work.commit(None)
        (entry,) = [
            each for each in await world.harness.outbox() if each.aggregate_id == organizer.id
        ]
        assert entry.fact == "OrganizerCreated"
        assert entry.request_id == ctx.request_id
        assert entry.actor == str(owner.user_id)

    async def test_facts_of_the_system_say_so(self, world: World, event: Event) -> None:
        entries = await world.harness.outbox()
        assert [each.actor for each in entries if each.aggregate_id == event.id] == ["system"]

    async def test_facts_of_an_aggregate_keep_their_order(self, world: World, event: Event) -> None:
        at = datetime.now(UTC)
        changed = event.publish(at=at).close(at=at).cancel(at=at)
        async with world.begin(world.system()) as work:
            work.events.save(changed_from(event, changed))
            await work.commit(None)
        expected = ["EventCreated", "EventPublished", "EventClosed", "EventCancelled"]
        assert await world.facts_of(event.id) == expected

    async def test_a_loaded_aggregate_has_no_facts(self, world: World, event: Event) -> None:
        async with world.begin(world.system()) as work:
            loaded = await work.events.get(event.id)
        assert event.facts and loaded is not None and not loaded.facts

    async def test_a_change_raises_the_version_by_one(self, world: World, event: Event) -> None:
        for version in (2, 3):
            async with world.begin(world.system()) as work:
                loaded = await work.events.get(event.id)
                assert loaded is not None
                at = datetime.now(UTC)
                work.events.save(loaded.publish(at=at) if version == 2 else loaded.close(at=at))
                await work.commit(None)
            async with world.begin(world.system()) as work:
                loaded = await work.events.get(event.id)
            assert loaded is not None and loaded.version == version

    async def test_of_two_changes_of_one_version_the_second_is_stale(
        self, world: World, event: Event
    ) -> None:
        async with world.begin(world.system()) as first, world.begin(world.system()) as second:
            seen = [await work.events.get(event.id) for work in (first, second)]
            assert seen[0] is not None and seen[1] is not None
            at = datetime.now(UTC)
            first.events.save(seen[0].publish(at=at))
            second.events.save(seen[1].cancel(at=at))
            await first.commit(None)
            with pytest.raises(StaleWrite):
                await second.commit(None)
        async with world.begin(world.system()) as work:
            stored = await work.events.get(event.id)
        assert stored is not None and stored.state.name == "ON_SALE"
        assert await world.facts_of(event.id) == ["EventCreated", "EventPublished"]

    async def test_of_many_changes_of_one_version_one_is_written(
        self, world: World, event: Event
    ) -> None:
        async def publish() -> None:
            async with world.begin(world.system()) as work:
                loaded = await work.events.get(event.id)
                assert loaded is not None
                work.events.save(changed_from(event, event.publish(at=datetime.now(UTC))))
                await work.commit(None)

        outcomes = await crowd(publish() for _ in range(20))
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 19
        assert await world.facts_of(event.id) == ["EventCreated", "EventPublished"]

    async def test_what_is_not_there_cannot_be_saved(self, world: World, owner: Caller) -> None:
        event = draft((await world.organizer(owner)).id, kind("Standing", 10))
        with pytest.raises(StaleWrite):
            async with world.begin(world.system()) as work:
                work.events.save(changed_from(event, event.publish(at=datetime.now(UTC))))
                await work.commit(None)

    async def test_reads_see_what_others_commit_meanwhile(self, world: World, event: Event) -> None:
        async with world.begin(world.system()) as work:
            assert await work.events.get(event.id) == event
            async with world.begin(world.system()) as other:
                other.events.save(changed_from(event, event.publish(at=datetime.now(UTC))))
                await other.commit(None)
            seen = await work.events.get(event.id)
        assert seen is not None and seen.state.name == "ON_SALE"

    async def test_the_clock_moves_on(self, world: World) -> None:
        async with world.begin(world.system()) as work:
            first, second = await work.now(), await work.now()
        assert first.utcoffset() == timedelta(0)
        assert first < second

    async def test_a_cancelled_commit_is_whole_or_nothing(self, world: World) -> None:
        """Whenever the caller walks away, the organizer and its fact are both there or both not."""
        owner = await world.user()

        async def add(organizer: Organizer) -> None:
            async with world.begin(world.system()) as work:
                work.organizers.add(organizer)
                await work.commit(None)

        organizers = [new_organizer(owner.user_id) for _ in range(12)]
        for moments, organizer in enumerate(organizers):
            task = asyncio.create_task(add(organizer))
            for _ in range(moments % 6):
                await world.harness.a_moment()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for organizer in organizers:
            async with world.begin(world.system()) as work:
                stored = await work.organizers.get(organizer.id)
            assert await world.facts_of(organizer.id) == (["OrganizerCreated"] if stored else [])
        await world.harness.check_idle()

    async def test_many_units_of_work_run_at_once(self, world: World) -> None:
        """More than there are connections; all of them get their turn."""

        async def ask() -> datetime:
            async with world.begin(world.system()) as work:
                return await work.now()

        outcomes = await crowd(ask() for _ in range(5 * world.harness.connections))
        assert all(isinstance(outcome, datetime) for outcome in outcomes)
        await world.harness.check_idle()


def changed_from(stored: Event, changed: Event) -> Event:
    """`changed` with only the facts that `stored` does not have, as if it had been loaded."""
    return replace(changed, version=stored.version + 1, facts=changed.facts[len(stored.facts) :])


def new_organizer(owner: UserId) -> Organizer:
    id = OrganizerId(IDS.uuid())
    return Organizer.create(
        id=id, name="Town", slug=f"s-{id.hex}", owner=owner, at=datetime.now(UTC)
    )
