"""Dispatch: an effect once for each message, in order, whatever fails in between."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from application.messages import Context
from application.messaging.consumer import Consumer
from application.messaging.dispatch import Dispatcher
from application.messaging.message import Message
from application.messaging.relay import Relay
from application.ports.backlog import Waiting
from application.ports.consumed import AlreadyConsumed
from application.ports.log import Claim, LogReaders, Stretch
from application.ports.observer import DeliveryObserver
from application.ports.unit_of_work import StaleWrite, UnitOfWork
from domain.attention.attention import Attention, AttentionKind
from infrastructure.memory.broker import MemoryBroker
from shared.errors import DatabaseUnavailable
from shared.ids import AttentionId
from tests.contracts.log import LogHarness, everything, rename
from tests.contracts.world import IDS, World

GROUP = "tests"
PAUSE = timedelta(minutes=3)  # four times that is less than the longest


class Failures(DeliveryObserver):
    def __init__(self) -> None:
        self.told: list[tuple[str, int, bool]] = []

    def delivered(self, group: str, occurred_at: datetime) -> None:
        assert group == GROUP

    def delivery_failed(
        self, group: str, type: str, message_id: str, attempts: int, error: str, *, final: bool
    ) -> None:
        assert group == GROUP and error
        self.told.append((type, attempts, final))


class Noting:
    """An effect: an item for a person's attention, about the message. `fails` says which messages
    it cannot deal with."""

    def __init__(self, fails: Callable[[Message], bool] = lambda message: False) -> None:
        self.fails = fails
        self.runs: list[Message] = []

    async def __call__(self, message: Message, work: UnitOfWork, ctx: Context) -> None:
        self.runs.append(message)
        assert ctx.actor.is_system and ctx.request_id == message.request_id
        work.attention.add(
            Attention.ask(
                id=AttentionId(IDS.uuid()),
                kind=AttentionKind.PAYMENT_STUCK,
                subject_id=IDS.uuid(),
                organizer_id=None,
                order_id=None,
                live=True,
                detail=str(message.id),
                at=await work.now(),
            )
        )
        if self.fails(message):
            raise ValueError("this message cannot be understood")


class Renames:
    """What concerns only those who hear of new names; notes what it was asked about."""

    def __init__(self) -> None:
        self.asked: list[list[Message]] = []

    async def __call__(self, messages: Sequence[Message], work: UnitOfWork) -> Collection[UUID]:
        self.asked.append(list(messages))
        return [each.id for each in messages if each.type != "user.renamed"]


async def noted(world: World) -> Counter[str]:
    """How often `Noting` happened, by message."""
    assert isinstance(world.harness, LogHarness)
    await everything(world.harness.log)
    asked = await world.harness.log.read(0, 10_000, types={"attention.asked"})
    found = Counter[str]()
    async with world.begin(world.system()) as work:
        for message in asked:
            item = await work.attention.get(AttentionId(message.aggregate_id))
            assert item is not None
            found[item.detail] += 1
    return found


class DispatchContract:
    @pytest.fixture
    def world(self, harness: LogHarness) -> World:
        return World(harness)

    @pytest.fixture
    def failures(self) -> Failures:
        return Failures()

    @pytest.fixture
    def make(self, world: World, failures: Failures) -> Callable[..., Dispatcher]:
        def make(
            effect: Noting, attempts: int = 3, unconcerned: Renames | None = None
        ) -> Dispatcher:
            consumer = Consumer(
                group=GROUP,
                types=frozenset({"user.created", "user.renamed"}),
                effect=effect,
                unconcerned=unconcerned,
                attempts=attempts,
            )
            return Dispatcher(begin=world.begin, consumer=consumer, observer=failures, pause=PAUSE)

        return make

    async def messages(self, world: World, users: int = 3, renames: int = 2) -> list[Message]:
        """Of `users`, each of whom changed its name so many times."""
        assert isinstance(world.harness, LogHarness)
        callers = await world.users(users)
        for nr in range(renames):
            for caller in callers:
                await rename(world, caller.user_id, f"Number {nr}")
        every = await everything(world.harness.log)
        return [each for each in every if each.aggregate == "user"]

    async def effects(self, world: World) -> Counter[str]:
        return await noted(world)

    async def test_every_effect_happens_once(
        self, world: World, make: Callable[..., Dispatcher]
    ) -> None:
        messages = await self.messages(world)
        effect = Noting()
        dispatch = make(effect)
        await dispatch(messages)
        await dispatch(messages)
        await asyncio.gather(dispatch(messages), make(Noting())(messages))
        assert await self.effects(world) == Counter({str(each.id): 1 for each in messages})
        assert len(effect.runs) == len(messages), "what is known is not even tried"

    async def test_the_same_at_once(self, world: World, make: Callable[..., Dispatcher]) -> None:
        """A zombie and its successor deal with the same messages side by side."""
        messages = await self.messages(world, 4)
        await asyncio.gather(*(make(Noting())(messages) for _ in range(4)))
        assert await self.effects(world) == Counter({str(each.id): 1 for each in messages})

    async def test_aggregates_keep_their_order(
        self, world: World, make: Callable[..., Dispatcher]
    ) -> None:
        messages = await self.messages(world, 5, 4)
        effect = Noting()
        await make(effect)(messages)
        seen = defaultdict(list)
        for message in effect.runs:
            seen[message.aggregate_id].append(message.position)
        assert len(seen) == 5 and all(each == sorted(each) for each in seen.values())

    async def test_the_request_id_is_carried_on(
        self, world: World, make: Callable[..., Dispatcher], harness: LogHarness
    ) -> None:
        messages = await self.messages(world)
        await make(Noting())(messages)
        every = await everything(harness.log)
        asked = {each.request_id for each in every if each.type == "attention.asked"}
        assert asked == {each.request_id for each in messages}

    async def test_other_types_are_passed_over(
        self, world: World, make: Callable[..., Dispatcher], harness: LogHarness
    ) -> None:
        await self.messages(world)
        effect = Noting()
        await make(effect)(await everything(harness.log))
        assert {each.type for each in effect.runs} == {"user.created", "user.renamed"}

    async def test_what_concerns_nobody_is_dealt_with_together(
        self, world: World, make: Callable[..., Dispatcher]
    ) -> None:
        """And stays so, also when it would concern somebody later."""
        messages = await self.messages(world)
        effect, unconcerned = Noting(), Renames()
        dispatch = make(effect, unconcerned=unconcerned)
        await dispatch([*messages, *messages])
        assert unconcerned.asked == [messages]
        renames = [each for each in messages if each.type == "user.renamed"]
        assert await self.effects(world) == Counter({str(each.id): 1 for each in renames})
        await dispatch(messages)
        await make(effect)(messages)
        assert len(effect.runs) == len(renames) and unconcerned.asked == [messages]

    async def test_what_concerns_nobody_by_several_at_once(
        self, world: World, make: Callable[..., Dispatcher], failures: Failures
    ) -> None:
        """Each in an order of its own; whoever comes second deals with each by itself."""
        messages = await self.messages(world, 8, 1)
        ways = [make(Noting(), unconcerned=Renames()) for _ in range(4)]
        orders = [messages, messages[::-1], messages[5:] + messages[:5], messages[3:11]]
        await asyncio.gather(*(way(order) for way, order in zip(ways, orders, strict=True)))
        found = await self.effects(world)
        assert set(found.values()) == {1} and len(found) >= 8
        async with world.begin(world.system()) as work:
            ids = [each.id for each in messages]
            assert await work.consumed.known(GROUP, ids) == frozenset(ids)
        assert failures.told == []

    async def test_who_is_in_the_way_of_many_is_met_one_by_one(
        self, world: World, make: Callable[..., Dispatcher], failures: Failures
    ) -> None:
        messages = await self.messages(world, 2, 1)

        class InTheWay(Renames):
            async def __call__(
                self, messages: Sequence[Message], work: UnitOfWork
            ) -> Collection[UUID]:
                await super().__call__(messages, work)
                raise StaleWrite

        await make(Noting(), unconcerned=InTheWay())(messages)
        assert await self.effects(world) == Counter({str(each.id): 1 for each in messages})
        assert failures.told == []

    async def test_what_concerns_nobody_waits_behind_what_failed(
        self, world: World, make: Callable[..., Dispatcher]
    ) -> None:
        created, *renames = await self.messages(world, 1)
        unconcerned = Renames()
        dispatch = make(Noting(lambda message: True), unconcerned=unconcerned)
        await dispatch(renames)
        await dispatch([created])
        assert unconcerned.asked == [renames]
        async with world.begin(world.system()) as work:
            ids = [each.id for each in (created, *renames)]
            assert await work.consumed.known(GROUP, ids) == frozenset()

    async def test_several_are_noted_all_or_none(self, world: World) -> None:
        known, *others = ids = [IDS.uuid() for _ in range(3)]

        async def note(*ids: UUID) -> None:
            async with world.begin(world.system()) as work:
                for each in ids:
                    work.consumed.add(GROUP, each)
                await work.commit(None)

        await note(known)
        with pytest.raises(AlreadyConsumed):
            await note(*ids)
        async with world.begin(world.system()) as work:
            assert await work.consumed.known(GROUP, ids) == {known}
        await note(*others)

    async def test_a_poisoned_aggregate_holds_back_only_itself(
        self, world: World, make: Callable[..., Dispatcher], failures: Failures
    ) -> None:
        messages = await self.messages(world)
        poison = messages[0]
        effect = Noting(lambda message: message.id == poison.id)
        dispatch = make(effect)
        await dispatch(messages)
        others = [each for each in messages if each.aggregate_id != poison.aggregate_id]
        assert await self.effects(world) == Counter({str(each.id): 1 for each in others})
        assert await dispatch.retry(9) == 0, "it is too soon"
        for attempts in (2, 3):
            await world.harness.pass_time(PAUSE * 2 ** (attempts - 2) + timedelta(seconds=1))
            assert await dispatch.retry(9) == 1, "only the first of them may be tried"
            assert failures.told[-1] == ("user.created", attempts, attempts == 3)
        while await dispatch.retry(9):
            pass
        alive = [each for each in messages if each is not poison]
        assert await self.effects(world) == Counter({str(each.id): 1 for each in alive})
        seen = [each.position for each in effect.runs if each.aggregate_id == poison.aggregate_id]
        assert seen == sorted(seen) and len(failures.told) == 3

    async def test_pauses_grow(
        self, world: World, make: Callable[..., Dispatcher], failures: Failures
    ) -> None:
        messages = await self.messages(world, 1, 0)
        dispatch = make(Noting(lambda message: True), attempts=4)
        await dispatch(messages)
        for nr in range(3):
            await world.harness.pass_time(PAUSE * 2**nr - timedelta(minutes=1))
            assert await dispatch.retry(9) == 0
            await world.harness.pass_time(timedelta(minutes=1))
            assert await dispatch.retry(9) == 1
        assert [attempts for _, attempts, _ in failures.told] == [1, 2, 3, 4]
        assert await dispatch.retry(9) == 0

    async def test_dead_letters_are_replayed(
        self, world: World, make: Callable[..., Dispatcher]
    ) -> None:
        messages = await self.messages(world, 2, 1)
        poison = messages[0]
        effect = Noting(lambda message: message.id == poison.id)
        dispatch = make(effect, attempts=1)
        await dispatch(messages)
        async with world.begin(world.system()) as work:
            (letter,) = await work.consumed.dead(limit=9)
            assert await work.consumed.dead("others", limit=9) == []
            assert await work.consumed.dead(after=poison.position, limit=9) == []
        assert letter.message == poison and letter.group == GROUP and letter.attempts == 1
        assert "cannot be understood" in letter.error
        await dispatch(messages)
        assert len([each for each in effect.runs if each.id == poison.id]) == 1, "it is dead"
        effect.fails = lambda message: False
        for _ in range(2):
            async with world.begin(world.system()) as work:
                work.consumed.revive(letter)
                await work.commit(None)
        assert await dispatch.retry(9) == 1
        assert await dispatch.retry(9) == 0
        assert await self.effects(world) == Counter({str(each.id): 1 for each in messages})
        async with world.begin(world.system()) as work:
            assert await work.consumed.dead(limit=9) == []

    async def test_an_effect_that_fails_leaves_nothing(
        self, world: World, make: Callable[..., Dispatcher]
    ) -> None:
        """Neither itself nor the note that it happened: the next attempt does both."""
        messages = await self.messages(world, 1, 0)
        effect = Noting(lambda message: len(effect.runs) == 1)
        dispatch = make(effect)
        await dispatch(messages)
        assert await self.effects(world) == Counter()
        await world.harness.pass_time(PAUSE + timedelta(seconds=1))
        assert await dispatch.retry(9) == 1
        assert await self.effects(world) == Counter({str(messages[0].id): 1})

    async def test_a_database_that_is_away_is_nobodys_failure(
        self, world: World, make: Callable[..., Dispatcher], failures: Failures
    ) -> None:
        messages = await self.messages(world, 2, 0)

        class Away(Noting):
            async def __call__(self, message: Message, work: UnitOfWork, ctx: Context) -> None:
                first = not self.runs
                await super().__call__(message, work, ctx)
                if first:
                    raise DatabaseUnavailable(retry_after=1)

        dispatch = make(Away())
        with pytest.raises(DatabaseUnavailable):
            await dispatch(messages)
        await dispatch(messages)
        assert failures.told == []
        assert await self.effects(world) == Counter({str(each.id): 1 for each in messages})

    async def test_what_is_old_is_forgotten(
        self, world: World, make: Callable[..., Dispatcher]
    ) -> None:
        messages = await self.messages(world, 2, 0)
        await make(Noting())(messages)
        ids = [each.id for each in messages]
        for before, left in ((timedelta(hours=-1), len(ids)), (timedelta(hours=1), 1)):
            async with world.begin(world.system()) as work:
                work.consumed.forget(before=await work.now() + before, limit=1)
                await work.commit(None)
            async with world.begin(world.system()) as work:
                assert len(await work.consumed.known(GROUP, ids)) == left

    async def test_a_relay_that_dies_anywhere(
        self, world: World, make: Callable[..., Dispatcher], harness: LogHarness
    ) -> None:
        """A hundred times, before it has published, after that, and before it has noted that:
        nothing is lost, and no effect happens twice."""
        chance = random.Random(6)  # nosec B311: no secret
        messages = await self.messages(world, 20, 4)
        broker = MemoryBroker()
        effect = Noting()
        dispatch = make(effect)
        dying = Dying(harness.readers, chance)
        subscription = await broker.subscribe(GROUP, ["ticketing.user"], dispatch.deliver, batch=3)

        async def sink(batch: Sequence[Message]) -> None:
            dying.tempt()
            await broker.publish(batch)
            dying.tempt()

        relay = Relay(readers=dying, reader="relay", sink=sink, limit=7)
        names = (f"Again {nr}" for nr in count())  # the same name again is no news
        while dying.deaths < 100:
            try:
                if await relay() == 0:
                    await rename(world, messages[0].aggregate_id, next(names))
                    await harness.log.number(100)
            except Died:
                continue
        dying.immortal = True
        while await relay():
            pass
        wanted = {
            str(each.id) for each in await everything(harness.log) if each.aggregate == "user"
        }
        async with asyncio.timeout(60):
            while set(await self.effects(world)) != wanted:  # committed, not only begun
                await asyncio.sleep(0.05)
        await subscription.close()
        assert await self.effects(world) == Counter(dict.fromkeys(wanted, 1))
        seen: dict[UUID, list[int]] = defaultdict(list)
        for message in effect.runs:
            seen[message.aggregate_id].append(message.position)
        assert all(each == sorted(each) for each in seen.values())

    async def test_two_relays_share_the_work(self, world: World, harness: LogHarness) -> None:
        """Each aggregate keeps its order, although both publish at once: one has begun before the
        other is done."""
        messages = await self.messages(world, 40, 3)
        got: list[tuple[int, Message]] = []
        both = asyncio.Barrier(2)

        def relay(nr: int) -> Relay:
            readers = (harness.readers, harness.other_readers)[nr]

            async def sink(batch: Sequence[Message]) -> None:
                if nr not in {one for one, _ in got}:
                    async with asyncio.timeout(60):
                        await both.wait()
                await asyncio.sleep(0.002)
                got.extend((nr, message) for message in batch)

            return Relay(readers=readers, reader="shared", sink=sink, limit=5)

        async def run(nr: int) -> None:
            ours, idle = relay(nr), 0
            while idle < 20:
                idle = 0 if await ours() else idle + 1

        await asyncio.gather(run(0), run(1))
        ids = [message.id for _, message in got if message.aggregate == "user"]
        assert len(ids) == len(set(ids)) and set(ids) == {each.id for each in messages}
        assert {nr for nr, _ in got} == {0, 1}, "one alone did everything"
        seen: dict[UUID, list[int]] = defaultdict(list)
        for _, message in got:
            seen[message.aggregate_id].append(message.position)
        assert all(each == sorted(each) for each in seen.values())


class Died(Exception):
    """A relay was killed."""


class Dying(LogReaders):
    """Readers of a process that dies now and then."""

    def __init__(self, readers: LogReaders, chance: random.Random) -> None:
        self._readers = readers
        self._chance = chance
        self.deaths = 0
        self.immortal = False

    async def behind(self, reader: str) -> Collection[int]:
        return await self._readers.behind(reader)

    @asynccontextmanager
    async def claim(self, reader: str, shards: Collection[int]) -> AsyncIterator[Claim]:
        async with self._readers.claim(reader, shards) as claim:
            yield _Mortal(claim, self)

    async def lags(self) -> Mapping[str, Waiting]:
        return await self._readers.lags()

    async def forget(self, reader: str) -> bool:
        return await self._readers.forget(reader)

    def tempt(self) -> None:
        if not self.immortal and self._chance.random() < 0.3:
            self.deaths += 1
            raise Died


class _Mortal(Claim):
    def __init__(self, claim: Claim, readers: Dying) -> None:
        self._claim = claim
        self._readers = readers

    @property
    def shards(self) -> frozenset[int]:
        return self._claim.shards

    async def read(self, limit: int, types: Collection[str] | None = None) -> Stretch:
        return await self._claim.read(limit, types)

    async def advance(self, upto: int) -> None:
        self._readers.tempt()
        await self._claim.advance(upto)
