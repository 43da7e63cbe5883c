"""Broker: what every one promises whose server and whose members may die, freeze and come back."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from application.messaging.message import Message
from application.ports.broker import Broker, BrokerUnavailable
from tests.contracts.broker_bench import (
    PATIENCE,
    Reader,
    ServerBench,
    Source,
    eventually,
    first_of_each,
    insist,
    some_keys,
)
from tests.contracts.broker_member import Member

# Longest wait for being told that the server is away; where nobody is slow it takes five seconds.
TOLD_SECONDS = 30.0

NewMember = Callable[..., Member]


class FailingBrokerContract:
    @pytest.fixture
    def source(self) -> Source:
        return Source()

    @pytest.fixture
    async def new_member(self, bench: ServerBench, source: Source) -> AsyncIterator[NewMember]:
        members: list[Member] = []

        def new_member(group: str, *, batch: int = 1, pause: float = 0.0) -> Member:
            member = Member(
                bench.maker(), group=group, topic=source.topic, batch=batch, pause=pause
            )
            members.append(member)
            return member

        yield new_member
        for each in members:
            each.kill()

    async def founded(self, bench: ServerBench, group: str, source: Source) -> None:
        """What is published from now on is kept for the group, though no member is there yet."""
        if not bench.keeps_history:
            first = await bench.connect().subscribe(group, [source.topic], Reader())
            await first.close()

    async def told(self, broker: Broker, source: Source) -> None:
        """Every way to ask is refused in time."""

        async def refused(asking: Awaitable[object]) -> None:
            began = time.monotonic()
            with pytest.raises(BrokerUnavailable):
                await asking
            assert time.monotonic() - began < TOLD_SECONDS

        message = source.message()
        await asyncio.gather(
            refused(broker.publish([message])),
            refused(broker.subscribe("none", [source.topic], Reader())),
            refused(broker.publish_dead(message, group="g", attempts=1, error="")),
            refused(broker.dead("g", [source.topic], limit=1)),
        )

    async def test_killed_while_it_carries_messages(
        self, bench: ServerBench, source: Source
    ) -> None:
        """Nothing that was acknowledged is lost, and nothing overtakes."""
        keys, sent, going, failures = some_keys(15), list[Message](), True, list[None]()
        reader = Reader(pause=0.001)
        for _ in range(2):
            await bench.connect().subscribe("killed", [source.topic], reader, batch=10)
        publishing = bench.connect()

        async def publish() -> None:
            while going:
                messages = source.messages(25, keys)
                await insist(publishing, messages, lambda: failures.append(None))
                sent.extend(messages)
                await asyncio.sleep(0.02)

        task = asyncio.create_task(publish())
        try:
            await eventually(lambda: len(reader.done) > 100, lambda: "nothing comes")
            await asyncio.to_thread(bench.server.kill)
            await eventually(lambda: len(failures) > 0, lambda: "nobody noticed")
            await asyncio.to_thread(bench.server.start)
            before, seen = len(sent), len(reader.done)
            await eventually(lambda: len(sent) > before + 100, lambda: "nothing is taken")
            await eventually(lambda: len(reader.done) > seen + 100, lambda: "nothing comes again")
        finally:
            going = False
            await task
        await reader.until(sent)
        assert first_of_each(reader.done) == first_of_each(sent)

    async def test_away(self, bench: ServerBench, source: Source) -> None:
        """Who was connected and who never was are told soon, and both can go on afterwards."""
        known, unknown, reader = bench.connect(), bench.connect(), Reader()
        before = source.messages(5, some_keys(2))
        await known.subscribe("away", [source.topic], reader)
        await known.publish(before)
        await reader.until(before)
        await asyncio.to_thread(bench.server.kill)
        await asyncio.gather(self.told(known, source), self.told(unknown, source))
        await asyncio.to_thread(bench.server.start)
        sent = source.messages(10, some_keys(2))
        await insist(known, sent[:5])
        await insist(unknown, sent[5:])
        await reader.until(sent)
        assert (await known.dead("g", [Source().topic], limit=1)) == []

    async def test_frozen(self, bench: ServerBench, source: Source) -> None:
        """It may perform late what it was asked; nothing is lost by that, or overtaken."""
        broker, reader, keys = bench.connect(), Reader(), some_keys(5)
        await broker.subscribe("frozen", [source.topic], reader, batch=10)
        sent = source.messages(50, keys)
        await broker.publish(sent)
        await reader.until(sent)
        more = source.messages(400, keys)
        bench.server.freeze()
        try:
            began = time.monotonic()
            with pytest.raises(BrokerUnavailable):
                await broker.publish(more)
            assert time.monotonic() - began < TOLD_SECONDS
        finally:
            bench.server.thaw()
        await insist(broker, more)
        last = source.messages(20, keys)
        await insist(broker, last)
        await reader.until(sent + more + last)
        assert first_of_each(reader.done) == first_of_each(sent + more + last)

    async def test_a_member_is_killed(
        self, bench: ServerBench, source: Source, new_member: NewMember
    ) -> None:
        """What it had begun and not done is delivered to another."""
        broker, reader = bench.connect(), Reader()
        await self.founded(bench, "mortal", source)
        member = new_member("mortal", batch=5, pause=0.05)
        sent = source.messages(200, some_keys(20))
        await broker.publish(sent[:100])
        await eventually(lambda: len(member.done) >= 10, lambda: "the member does nothing")
        await broker.subscribe("mortal", [source.topic], reader, batch=5)
        member.kill()
        await broker.publish(sent[100:])
        done = set(member.done)
        await reader.until([each for each in sent if str(each.id) not in done])
        assert not bench.shares or len(reader.done) < 200, "what was done is not done again"

    async def test_a_member_is_frozen_for_longer_than_its_session(
        self, bench: ServerBench, source: Source, new_member: NewMember
    ) -> None:
        """It is in the middle of something when it is frozen, and ends that after another has taken
        over. Whatever it says then loses nothing, and it is a member like any other again."""
        broker, reader = bench.connect(), Reader(pause=0.01)
        await self.founded(bench, "undead", source)
        zombie = new_member("undead", batch=5, pause=0.2)
        sent = source.messages(100, some_keys(10))
        await broker.publish(sent)
        await eventually(lambda: len(zombie.done) >= 10, lambda: "the member does nothing")
        await eventually(lambda: len(zombie.began) > len(zombie.done), lambda: "it does nothing")
        zombie.freeze()
        other = await bench.connect().subscribe("undead", [source.topic], reader, batch=5)
        await eventually(
            lambda: {str(each.id) for each in sent}
            <= {str(each.id) for each in reader.done} | set(zombie.done),
            lambda: "nobody takes over",
        )
        more = source.messages(60, some_keys(10))
        await broker.publish(more)
        await asyncio.sleep(0.1)  # the other is in the middle of them
        zombie.thaw()
        await eventually(
            lambda: {str(each.id) for each in more}
            <= {str(each.id) for each in reader.done} | set(zombie.done),
            lambda: "messages are lost",
        )
        await other.close()
        last = source.messages(30, some_keys(10))
        await broker.publish(last)
        await eventually(
            lambda: {str(each.id) for each in last} <= set(zombie.done),
            lambda: "it is no member any more",
            bench.session_seconds + PATIENCE,
        )
        assert zombie.is_running
