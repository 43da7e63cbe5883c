"""The jobs that bring facts to consumers by way of a broker."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from application.messages import Context
from application.messaging.consumer import Consumer
from application.messaging.message import Message
from application.messaging.relay import to_broker
from application.ports.broker import Broker, BrokerUnavailable, Handle, Subscription
from application.ports.unit_of_work import UnitOfWork
from application.wiring.messaging import Messaging, jobs
from infrastructure.memory.broker import MemoryBroker
from infrastructure.memory.log import MemoryFactLog, MemoryLogReaders
from tests.adapters.memory.harness import MemoryHarness
from tests.application.test_cloudevents import MESSAGE
from tests.contracts.broker_bench import eventually
from tests.contracts.watcher import Watcher
from tests.contracts.world import IDS, World


class Forgetful(MemoryBroker):
    """Cannot be subscribed to for a while, and would keep nothing for groups to come."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = False
        self.early: list[Message] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        if not self.answers:
            self.early += messages
        await super().publish(messages)

    async def subscribe(
        self, group: str, topics: Sequence[str], handle: Handle, *, batch: int = 1
    ) -> Subscription:
        if not self.answers:
            raise BrokerUnavailable("not yet")
        return await super().subscribe(group, topics, handle, batch=batch)


def _messaging(harness: MemoryHarness, broker: Broker) -> Messaging:
    return Messaging(
        begin=harness.begin,
        ids=IDS,
        log=MemoryFactLog(harness.database),
        readers=MemoryLogReaders(harness.database),
        observer=Watcher(),
        broker=broker,
    )


async def test_nothing_is_relayed_before_its_readers_are_known() -> None:
    harness, broker, got = MemoryHarness(), Forgetful(), list[Message]()

    async def effect(message: Message, work: UnitOfWork, ctx: Context) -> None:
        got.append(message)

    consumer = Consumer(group="tests", types=frozenset({"user.created"}), effect=effect)
    by_name = {each.name: each for each in jobs(_messaging(harness, broker), [consumer])}
    await World(harness).users(3)
    await by_name["number_facts"].run()
    assert await by_name["relay_facts"].run() == 0
    with pytest.raises(BrokerUnavailable):
        await by_name["subscribe_tests"].run()
    assert await by_name["relay_facts"].run() == 0 and broker.early == []
    broker.answers = True
    await by_name["subscribe_tests"].run()
    assert await by_name["relay_facts"].run() > 0
    await eventually(lambda: len(got) == 3, lambda: f"{len(got)} came")
    await broker.close()


@pytest.mark.parametrize(("beside_calls", "sizes"), [(False, [200, 200, 50]), (True, [25] * 18)])
async def test_many_messages_are_published_a_few_at_a_time(
    beside_calls: bool, sizes: list[int]
) -> None:
    """Each call writes down what it gets without a pause, and so keeps everybody else waiting."""
    calls: list[list[Message]] = []

    class Counting(MemoryBroker):
        async def publish(self, messages: Sequence[Message]) -> None:
            calls.append(list(messages))

    harness, some = MemoryHarness(), [replace(MESSAGE, position=nr) for nr in range(450)]
    readers = MemoryLogReaders(harness.database)
    await to_broker(readers, Counting(), beside_calls=beside_calls).sink(some)
    assert [len(call) for call in calls] == sizes
    assert [each for call in calls for each in call] == some


async def test_who_answers_calls_too_reads_fewer_at_a_time() -> None:
    def reads(messaging: Messaging) -> int:
        return next(each.full for each in jobs(messaging, []) if each.name == "relay_facts")

    messaging = _messaging(MemoryHarness(), MemoryBroker())
    assert reads(messaging) < reads(replace(messaging, beside_calls=False))
