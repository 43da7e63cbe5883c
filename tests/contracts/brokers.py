"""Broker: what every one promises, whatever is behind it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from application.messaging.message import Message
from application.ports.broker import Broker, Delivery, Subscription
from tests.contracts.broker_bench import (
    BrokerBench,
    Reader,
    Source,
    eventually,
    first_of_each,
    some_keys,
)

# What nobody must be given again would come within this time.
QUIET_SECONDS = 0.7


class BrokerContract:
    @pytest.fixture
    def broker(self, bench: BrokerBench) -> Broker:
        return bench.connect()

    @pytest.fixture
    def source(self) -> Source:
        return Source()

    async def test_it_has_a_name(self, broker: Broker) -> None:
        assert broker.name == broker.name.lower() != ""

    async def test_messages_arrive_as_they_were(self, broker: Broker, source: Source) -> None:
        reader, key = Reader(), uuid4()
        await broker.subscribe("exact", [source.topic], reader)
        texts = ["", 'Köln, 東京 · 🎟️ "quoted" \\ \n\t\'', "x" * 200_000, "ø" * 100_000]
        sent = [source.message(key, text) for text in texts]
        sent.append(replace(source.message(key), payload={}, request_id="", actor="ключ"))
        await broker.publish(sent)
        await reader.until(sent)
        assert reader.done == sent

    async def test_nothing_to_publish(self, broker: Broker) -> None:
        await broker.publish([])

    @pytest.mark.parametrize("batch", [1, 40])
    async def test_keys_keep_their_order(self, broker: Broker, source: Source, batch: int) -> None:
        """In one publish and over many."""
        # While one batch is dealt with the next one gathers.
        reader, keys, sent = Reader(pause=0.02 * (batch > 1)), some_keys(12), list[Message]()
        await broker.subscribe("order", [source.topic], reader, batch=batch)
        for size in (1, 70, 3, 200, 1, 1, 24):
            messages = source.messages(size, keys)
            await broker.publish(messages)
            sent += messages
        await reader.until(sent)
        assert first_of_each(reader.done) == first_of_each(sent)
        assert reader.largest <= batch and (batch == 1 or reader.largest > 1)

    async def test_several_publish_at_the_same_time(
        self, bench: BrokerBench, source: Source
    ) -> None:
        """As relays do, each with keys of its own."""
        reader, sent = Reader(), list[Message]()
        await bench.connect().subscribe("crowd", [source.topic], reader, batch=50)

        async def relay(broker: Broker) -> None:
            keys = some_keys(5)
            for _ in range(6):
                messages = source.messages(40, keys)
                await broker.publish(messages)
                sent.extend(messages)

        shared = bench.connect()
        await asyncio.gather(*map(relay, (shared, shared, shared, bench.connect())))
        await reader.until(sent)
        assert first_of_each(reader.done) == first_of_each(sent)

    async def test_what_was_refused_comes_again(self, broker: Broker, source: Source) -> None:
        """And nothing of the same key overtakes it."""
        times, keys, stubborn = defaultdict[UUID, int](int), some_keys(6), set[UUID]()

        def refuses(deliveries: Sequence[Delivery]) -> bool:
            ids = stubborn & {each.message.id for each in deliveries}
            for each in ids:
                times[each] += 1
            return any(times[each] < 3 for each in ids)

        sent = source.messages(60, keys)
        stubborn |= {sent[7].id, sent[8].id, sent[40].id}
        reader = Reader(refuses=refuses)
        await broker.subscribe("again", [source.topic], reader, batch=4)
        await broker.publish(sent)
        await reader.until(sent)
        assert stubborn <= {each.id for each in reader.refused}
        assert min(times[each] for each in stubborn) >= 3
        assert first_of_each(reader.done) == first_of_each(sent)

    async def test_what_was_refused_waits_for_the_next_member(
        self, bench: BrokerBench, source: Source
    ) -> None:
        sent = source.messages(9, some_keys(3))
        refusing = Reader(refuses=lambda deliveries: True)
        first = await bench.connect().subscribe("refused", [source.topic], refusing, batch=5)
        await bench.connect().publish(sent)
        await eventually(lambda: len(refusing.refused) > 0, lambda: "nothing was delivered")
        await first.close()
        reader = Reader()
        await bench.connect().subscribe("refused", [source.topic], reader, batch=5)
        await reader.until(sent)
        assert first_of_each(reader.done) == first_of_each(sent)

    async def test_what_was_dealt_with_stays_so(self, bench: BrokerBench, source: Source) -> None:
        broker, reader, later = bench.connect(), Reader(), Reader()
        subscription = await broker.subscribe("done", [source.topic], reader, batch=7)
        sent = source.messages(50, some_keys(5))
        await broker.publish(sent)
        await reader.until(sent)
        await subscription.close()
        await subscription.close()
        more = source.messages(5, some_keys(1))
        await broker.publish(more)
        await asyncio.sleep(QUIET_SECONDS)
        assert len(reader.done) == 50, "it was closed"
        await bench.connect().subscribe("done", [source.topic], later)
        await later.until(more)
        assert [each.id for each in later.done] == [each.id for each in more]

    async def test_every_group_gets_everything(self, broker: Broker, source: Source) -> None:
        readers = Reader(), Reader()
        for name, reader in zip(("one", "two"), readers, strict=True):
            await broker.subscribe(name, [source.topic], reader, batch=10)
        sent = source.messages(40, some_keys(4))
        await broker.publish(sent)
        for reader in readers:
            await reader.until(sent)
            assert sorted(each.position for each in reader.done) == list(range(1, 41))

    async def test_a_new_group_begins_at_the_oldest(
        self, bench: BrokerBench, broker: Broker, source: Source
    ) -> None:
        if not bench.keeps_history:
            pytest.skip("keeps nothing for groups to come")
        sent, reader = source.messages(30, some_keys(4)), Reader()
        await broker.publish(sent)
        await bench.connect().subscribe("late", [source.topic], reader)
        await reader.until(sent)
        assert first_of_each(reader.done) == first_of_each(sent)

    async def test_several_topics(self, broker: Broker, source: Source) -> None:
        other, third, reader = Source(), Source(), Reader()
        await broker.subscribe("topics", [source.topic, other.topic], reader, batch=20)
        key = uuid4()
        sent = [each.message(key) for each in (source, other) * 10]
        await broker.publish([*sent, third.message(key)])
        await reader.until(sent)
        await asyncio.sleep(QUIET_SECONDS)
        assert {each.id for each in reader.done} == {each.id for each in sent}

    async def test_members_come_and_go(self, bench: BrokerBench, source: Source) -> None:
        """While messages flow: none is lost, no key is at two members, none overtakes another."""
        reader, keys, sent = Reader(pause=0.002), some_keys(24), list[Message]()
        publishing, going = bench.connect(), True

        async def publish() -> None:
            while going:
                messages = source.messages(20, keys)
                await publishing.publish(messages)
                sent.extend(messages)
                await asyncio.sleep(0.05)

        async def join(name: str) -> Subscription:
            return await bench.connect().subscribe(
                "members", [source.topic], reader.member(name), batch=5
            )

        leaving = await join("a")
        task = asyncio.create_task(publish())
        try:
            await eventually(lambda: reader.by_member["a"] > 50, lambda: "a does nothing")
            await join("b")
            if bench.shares:
                await eventually(lambda: reader.by_member["b"] > 50, lambda: "b does nothing")
                before = reader.by_member["a"]
                await eventually(lambda: reader.by_member["a"] > before, lambda: "a is idle")
            await leaving.close()
            after, before = reader.by_member["a"], reader.by_member["b"]
            await eventually(lambda: reader.by_member["b"] > before + 50, lambda: "b is idle")
            assert reader.by_member["a"] == after
        finally:
            going = False
            await task
        await reader.until(sent)
        assert first_of_each(reader.done) == first_of_each(sent)
        assert reader.overlaps == 0

    async def test_a_member_joins_in_the_middle_of_something(
        self, bench: BrokerBench, source: Source
    ) -> None:
        """What the other is at is not given to the new one meanwhile."""
        reader = Reader(pause=2.5 * bench.notice_seconds)
        sent = source.messages(16, some_keys(8))
        await bench.connect().subscribe("busy", [source.topic], reader.member("a"), batch=20)
        await bench.connect().publish(sent)
        await eventually(lambda: reader.busy, lambda: "nothing is delivered")
        await bench.connect().subscribe("busy", [source.topic], reader.member("b"), batch=20)
        await reader.until(sent)
        assert first_of_each(reader.done) == first_of_each(sent)
        assert reader.overlaps == 0

    async def test_dead_letters(self, bench: BrokerBench, source: Source) -> None:
        broker, reader, key = bench.connect(), Reader(), uuid4()
        await broker.subscribe("shop", [source.topic], reader)
        assert list(await broker.dead("shop", [source.topic], limit=5)) == []
        sent = [source.message(key, text) for text in ("a", "b", "Größe 🎟️", "d")]
        for nr, message in enumerate(sent):
            await broker.publish_dead(
                message, group="shop", attempts=nr + 5, error=f"RuntimeError: Straße {nr}\nline 2"
            )
        for _ in range(2):  # a look takes none away
            found = await bench.connect().dead("shop", [source.topic], limit=10)
            assert [each.message for each in found] == sent
            assert [each.attempt for each in found] == [5, 6, 7, 8]
            assert found[2].error == "RuntimeError: Straße 2\nline 2"
        found = await broker.dead("shop", [source.topic], limit=2)
        assert [each.message for each in found] == sent[:2]
        assert list(await broker.dead("other", [source.topic], limit=5)) == []
        assert list(await broker.dead("shop", [Source().topic], limit=5)) == []
        await asyncio.sleep(QUIET_SECONDS)
        assert reader.done == [], "the dead are not delivered"

    async def test_dead_letters_of_several_topics(self, broker: Broker, source: Source) -> None:
        other = Source()
        sent = [each.message() for each in (source, other) * 3]
        for message in sent:
            await broker.publish_dead(message, group="both", attempts=5, error="no")
            await asyncio.sleep(0.005)
        found = await broker.dead("both", [source.topic, other.topic], limit=10)
        assert {each.message.id for each in found} == {each.id for each in sent}
        for one in (source, other):
            positions = [each.message.position for each in found if each.message.topic == one.topic]
            assert positions == [1, 2, 3]
