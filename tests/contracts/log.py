"""The log: every committed fact once, in an order that never changes; readers that miss none."""

import asyncio
import random
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from datetime import timedelta
from uuid import UUID

import pytest

from application.messaging.message import Message
from application.ports.log import SHARDS, FactLog, LogReaders
from tests.contracts.harness import Harness
from tests.contracts.world import World, draft, kind

WRITERS = 16
CHANGES = 6
EVERYTHING = range(SHARDS)


class LogHarness(Harness):
    """An adapter that has a log too."""

    log: FactLog
    readers: LogReaders
    other_readers: LogReaders
    """Those of another process."""

    @abstractmethod
    def slow_commits(self, pause: Callable[[], float]) -> AbstractContextManager[None]:
        """Meanwhile each transaction waits for so many seconds between its last statement and its
        commit, where there is such a moment."""


async def rename(world: World, user_id: UUID, name: str) -> None:
    """One fact of that user."""
    async with world.begin(world.system()) as work:
        user = await work.users.get(user_id)  # type: ignore[arg-type]
        assert user is not None
        work.users.save(user.rename(name, at=await work.now()))
        await work.commit(None)


async def everything(log: FactLog) -> list[Message]:
    """Numbered and read, in small steps."""
    while await log.number(7):
        pass
    found: list[Message] = []
    while batch := await log.read(found[-1].position if found else 0, 5):
        found += batch
    return found


async def some_in_each(world: World, harness: LogHarness) -> list[Message]:
    """Facts of users, at least one in every shard: which one an id belongs to is chance."""
    shards: set[int] = set()
    while len(shards) < SHARDS:
        shards |= {user.user_id.int % SHARDS for user in await world.users(9)}
    return await everything(harness.log)


class LogContract:
    @pytest.fixture
    def world(self, harness: LogHarness) -> World:
        return World(harness)

    async def test_a_fact_is_a_message(self, world: World, harness: LogHarness) -> None:
        owner = await world.user()
        organizer = await world.organizer(owner)
        sale = await world.sale(kind("Standing", 10))
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"Standing": 2})
        messages = await everything(harness.log)
        entries = await harness.outbox()
        assert [each.aggregate_id for each in messages] == [each.aggregate_id for each in entries]
        assert [each.request_id for each in messages] == [each.request_id for each in entries]
        made = next(each for each in messages if each.type == "hold.created")
        assert made.aggregate == "hold" and made.aggregate_id == hold.id and made.version == 1
        assert made.actor == str(buyer.user_id) and made.live
        assert made.organizer_id == sale.event.organizer_id
        assert made.payload["units"] == 2 and made.topic == "ticketing.hold"
        assert made.occurred_at == hold.created_at
        created = [each for each in messages if each.type == "organizer.created"]
        assert organizer.id in {each.organizer_id for each in created}
        people = [each for each in messages if each.aggregate in ("user", "session")]
        assert people and all(each.organizer_id is None and each.live for each in people)
        assert len({each.id for each in messages}) == len(messages)

    async def test_whose_it_is_and_whether_of_a_test(
        self, world: World, harness: LogHarness
    ) -> None:
        owner, buyer = await world.users(2)
        organizer = await world.organizer(owner)
        sale = await world.sale(kind("Standing", 10))
        order = await world.order(buyer, (await world.hold(buyer, sale, {"Standing": 1})).id)
        await world.guest(tests_of=organizer.id)
        messages = await everything(harness.log)
        placed = [each for each in messages if each.aggregate_id == order.id]
        assert placed and all(
            each.organizer_id == sale.event.organizer_id and each.live for each in placed
        )
        (guest,) = [each for each in messages if each.aggregate == "guest"]
        assert guest.organizer_id == organizer.id and not guest.live

    async def test_what_is_asked_for(self, world: World, harness: LogHarness) -> None:
        owner = await world.user()
        organizer = await world.organizer(owner)
        await world.add(draft(organizer.id, kind("Standing", 1)))
        await world.guest(tests_of=organizer.id)
        stranger = await world.user()
        await world.organizer(stranger)
        every, log = await everything(harness.log), harness.log
        assert await log.head() == every[-1].position
        assert list(await log.read(every[2].position, 2)) == every[3:5]
        ours = [each for each in every if each.organizer_id == organizer.id]
        assert list(await log.read(0, 99, organizer_id=organizer.id)) == ours
        some = {"user.created", "event.created"}
        found = await log.read(0, 99, types=some)
        assert list(found) == [each for each in every if each.type in some]
        found = await log.read(0, 99, organizer_id=organizer.id, live=False)
        assert [each.type for each in found] == ["guest.created"]
        assert await log.read(0, 99, types=()) == []

    async def test_who_reads_sees_their_own(self, world: World, harness: LogHarness) -> None:
        owner, stranger = await world.users(2)
        organizer = await world.organizer(owner)
        await world.add(draft(organizer.id, kind("Standing", 1)))
        await world.guest(tests_of=organizer.id)
        every = await everything(harness.log)
        found = await harness.log.read(0, 99, actor=owner.admitted.actor)
        ours = [each for each in every if each.organizer_id == organizer.id and each.live]
        assert list(found) == ours and ours
        assert await harness.log.read(0, 99, actor=stranger.admitted.actor) == []
        await rename(world, owner.user_id, "Not numbered yet")
        assert len(await harness.log.read(0, 99, actor=owner.admitted.actor)) == len(ours)

    async def test_nothing_is_read_before_it_is_numbered(
        self, world: World, harness: LogHarness
    ) -> None:
        await world.users(3)
        assert await harness.log.read(0, 99) == [] and await harness.log.head() == 0
        assert await harness.log.number(2) == 2
        assert len(await harness.log.read(0, 99)) == 2
        assert await harness.log.number(99) == len(await harness.outbox()) - 2
        assert await harness.log.number(99) == 0

    async def test_writers_who_pause_before_they_commit(
        self, world: World, harness: LogHarness
    ) -> None:
        """A reader is at their heels. None is skipped, none comes twice, and the facts of each
        aggregate come in their order."""
        callers = await world.users(WRITERS)
        pauses = random.Random(6)  # nosec B311: no secret
        seen: list[Message] = []
        over = asyncio.Event()

        async def write(user_id: UUID) -> None:
            for nr in range(CHANGES):
                await rename(world, user_id, f"Number {nr}")

        async def follow() -> None:
            while not over.is_set():
                await harness.log.number(1000)
                seen.extend(await harness.log.read(seen[-1].position if seen else 0, 1000))
                await harness.a_moment()

        following = asyncio.create_task(follow())
        with harness.slow_commits(lambda: pauses.uniform(0, 0.05)):
            await asyncio.gather(*(write(caller.user_id) for caller in callers))
        over.set()
        await following
        while await harness.log.number(1000):
            pass
        seen.extend(await harness.log.read(seen[-1].position if seen else 0, 1000))
        entries = await harness.outbox()
        assert len(seen) == len(entries) == len({each.id for each in seen})
        positions = [each.position for each in seen]
        assert positions == sorted(positions)
        ours, theirs = defaultdict(list), defaultdict(list)
        for message in seen:
            ours[message.aggregate_id].append(message.request_id)
        for entry in entries:
            theirs[entry.aggregate_id].append(entry.request_id)
        assert ours == theirs

    async def test_two_who_number_at_once(self, world: World, harness: LogHarness) -> None:
        await world.users(30)
        wanted = len(await harness.outbox())

        async def number() -> int:
            total = 0
            for _ in range(40):
                total += await harness.log.number(3)
                await harness.a_moment()
            return total

        totals = await asyncio.gather(number(), number(), number())
        assert sum(totals) == wanted
        messages = await harness.log.read(0, 999)
        assert len({each.position for each in messages}) == len(messages) == wanted

    async def test_a_reader_goes_on_where_it_was(self, world: World, harness: LogHarness) -> None:
        await world.users(5)
        every, readers = await everything(harness.log), harness.readers
        assert set(await readers.behind("r")) == set(EVERYTHING)
        async with readers.claim("r", EVERYTHING) as claim:
            stretch = await claim.read(4)
            assert list(stretch.messages) == every[:4] and stretch.upto == every[3].position
            await claim.advance(stretch.upto)
            stretch = await claim.read(99)
            assert list(stretch.messages) == every[4:] and stretch.upto == every[-1].position
        async with harness.other_readers.claim("r", EVERYTHING) as claim:
            assert list((await claim.read(99)).messages) == every[4:], "nobody has advanced"
            await claim.advance(every[-1].position)
            await claim.advance(1)
            assert (await claim.read(99)).messages in ([], ()), "a cursor never goes back"
        assert await readers.behind("r") == []
        assert set(await readers.behind("another")) == set(EVERYTHING)

    async def test_a_reader_of_some_types_gets_past_the_others(
        self, world: World, harness: LogHarness
    ) -> None:
        await world.users(5)
        every = await everything(harness.log)
        assert await harness.readers.behind("r")
        async with harness.readers.claim("r", EVERYTHING) as claim:
            stretch = await claim.read(99, {"hold.created"})
            assert list(stretch.messages) == [] and stretch.upto == every[-1].position
            stretch = await claim.read(2, {"user.created"})
            assert [each.type for each in stretch.messages] == ["user.created"] * 2
            assert stretch.upto == stretch.messages[-1].position

    async def test_a_shard_has_one_at_a_time(self, world: World, harness: LogHarness) -> None:
        """In this process and in others; another reader is not concerned."""
        every = await some_in_each(world, harness)
        ours, theirs = harness.readers, harness.other_readers
        assert await ours.behind("r") and await ours.behind("s")
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(ours.claim("r", range(6)))
            again = await stack.enter_async_context(ours.claim("r", range(8)))
            there = await stack.enter_async_context(theirs.claim("r", EVERYTHING))
            other = await stack.enter_async_context(theirs.claim("s", range(6)))
            assert first.shards == other.shards == frozenset(range(6))
            assert again.shards == {6, 7} and there.shards == frozenset(range(8, 16))
            parts = [(await each.read(9_999)).messages for each in (first, again, there)]
            assert sorted((each.position for part in parts for each in part)) == [
                each.position for each in every
            ]
            assert all(parts)
        async with theirs.claim("r", EVERYTHING) as claim:
            assert claim.shards == frozenset(EVERYTHING), "all were given back"

    async def test_an_aggregate_stays_in_its_shard(self, world: World, harness: LogHarness) -> None:
        users = await world.users(9)
        for nr in range(3):
            await rename(world, users[0].user_id, f"Number {nr}")
        await everything(harness.log)
        assert await harness.readers.behind("r")
        shards: dict[UUID, set[int]] = defaultdict(set)
        for shard in EVERYTHING:
            async with harness.readers.claim("r", [shard]) as claim:
                for message in (await claim.read(99)).messages:
                    shards[message.aggregate_id].add(shard)
        assert all(len(each) == 1 for each in shards.values())
        assert shards[users[0].user_id] == {users[0].user_id.int % SHARDS}

    async def test_lags(self, world: World, harness: LogHarness) -> None:
        await world.users(5)
        every, readers = await everything(harness.log), harness.readers
        assert await readers.behind("r") and await readers.behind("s")
        async with readers.claim("r", EVERYTHING) as claim:
            await claim.advance(every[-1].position)
        await harness.pass_time(timedelta(seconds=0))
        lags = await readers.lags()
        assert lags["r"].count == 0 and lags["r"].oldest_seconds == 0
        assert lags["s"].count == len(every) and 0 < lags["s"].oldest_seconds < 60
        assert await readers.forget("s") and not await readers.forget("s")
        assert set(await readers.lags()) == {"r"}


def by_aggregate(messages: Sequence[Message]) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = defaultdict(list)
    for message in messages:
        found[message.aggregate_id].append(message.position)
    return found


__all__ = ["LogContract", "LogHarness", "by_aggregate", "everything", "rename"]
