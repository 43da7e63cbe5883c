"""What the provider could not deliver comes into the inbox, once."""

from datetime import timedelta

from application.ports.inbox import ProviderEvent, Topic
from tests.adapters.memory.harness import MemoryHarness
from tests.application.money.bank import BANK
from tests.application.money.house import House
from tests.contracts.world import crowd


def missed(house: House, nr: int, topic: Topic = Topic.PAYMENT) -> ProviderEvent:
    return ProviderEvent(
        provider=BANK,
        topic=topic,
        event_id=f"evt-{nr}",
        type="something",
        reference="p-1",
        occurred_at=house.bank.clock(),
    )


def inbox(house: House) -> int:
    assert isinstance(house.harness, MemoryHarness)
    return len(house.harness.database.tables.inbox)


async def test_missed_events_are_received_once(house: House) -> None:
    house.bank.missed = [missed(house, nr) for nr in range(250)]
    assert await house.run("fetch_missed_events") == 250
    assert inbox(house) == 250
    assert await house.run("fetch_missed_events") == 250
    assert inbox(house) == 250
    await crowd(house.run("fetch_missed_events") for _ in range(3))
    assert inbox(house) == 250


async def test_a_new_process_looks_far_back_and_then_from_the_last_round(house: House) -> None:
    await house.run("fetch_missed_events")
    await house.pass_time(timedelta(minutes=5))
    await house.run("fetch_missed_events")
    first, second = house.bank.asked_since
    now = house.bank.clock()
    assert timedelta(days=3) <= now - first < timedelta(days=3, minutes=6)
    assert timedelta(hours=1) < now - second < timedelta(hours=1, minutes=6)


async def test_no_answer_means_that_the_same_time_is_asked_for_again(house: House) -> None:
    await house.run("fetch_missed_events")
    house.bank.missed = [missed(house, 1)]
    house.bank.down = True
    for _ in range(3):
        await house.pass_time(timedelta(hours=3))
        assert await house.run("fetch_missed_events") == 0
    house.bank.down = False
    assert await house.run("fetch_missed_events") == 1
    assert inbox(house) == 1
