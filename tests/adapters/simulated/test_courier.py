"""Webhooks over HTTP: signed, repeated until they are acknowledged, kept over a restart."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from infrastructure.simulated import courier as module
from infrastructure.simulated.courier import WebhookCourier
from infrastructure.simulated.storage import Storage
from tests.adapters.ports import kept_port
from tests.adapters.simulated.bench import SECRET, OnMemory, OnPostgres, SimulatedBench
from tests.adapters.simulated.receiver import Receiver, receiving
from tests.contracts.provider_bench import key

LATER = timedelta(minutes=10)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


def courier(
    bench: SimulatedBench,
    url: str,
    *,
    duplicates: float = 0.0,
    jitter: timedelta = timedelta(),
    most_attempts: int = 1000,
) -> WebhookCourier:
    return WebhookCourier(
        bench.storage,
        url=url,
        secret=SECRET,
        duplicates=duplicates,
        jitter=jitter,
        most_attempts=most_attempts,
        clock=bench.now,
        chance=random.Random(1).random,
    )


async def pay(bench: SimulatedBench, count: int = 1) -> list[str]:
    return [
        (await bench.payments.authorize(bench.charge("succeed"), key=key("authorize"))).reference
        for _ in range(count)
    ]


class CourierSuite:
    async def test_a_webhook_arrives_once_and_is_genuine(
        self, bench: SimulatedBench, receiver: Receiver
    ) -> None:
        (reference,) = await pay(bench)
        async with courier(bench, receiver.url) as sender:
            assert [await sender.deliver(), await sender.deliver()] == [1, 0]
            bench.pass_time(LATER)
            assert await sender.deliver() == 0
        ((body, headers),) = receiver.received
        assert headers["content-type"] == "application/json"
        bench.pass_time(-LATER)
        event = bench.payments.verify(body, headers)
        assert (event.reference, event.type) == (reference, "payment.authorized")
        assert await bench.storage.undelivered() == 0

    async def test_it_is_sent_until_it_is_acknowledged(self, bench: SimulatedBench) -> None:
        await pay(bench)
        async with receiving([500, 404, 307, 429]) as receiver:
            async with courier(bench, receiver.url) as sender:
                tried = [await sender.deliver()]
                tried.append(await sender.deliver())  # not again at once
                for _ in range(6):
                    bench.pass_time(LATER)
                    tried.append(await sender.deliver())
        assert tried == [1, 0, 1, 1, 1, 1, 0, 0]
        assert len(receiver.received) == 5
        assert len({body for body, _ in receiver.received}) == 1

    async def test_pauses_grow(self, bench: SimulatedBench) -> None:
        await pay(bench)
        at: list[float] = []
        start = bench.now()
        async with receiving([500] * 100) as receiver:
            async with courier(bench, receiver.url) as sender:
                for _ in range(130):
                    if await sender.deliver():
                        at.append((bench.now() - start).total_seconds())
                    bench.pass_time(timedelta(seconds=1))
        pauses = [later - before for before, later in zip(at, at[1:], strict=False)]
        assert 5 <= len(pauses) <= 9 and pauses == sorted(pauses) and pauses[-1] > 15

    async def test_nobody_listens(self, bench: SimulatedBench) -> None:
        await pay(bench)
        with kept_port() as port:
            async with courier(bench, f"http://127.0.0.1:{port}/hooks") as sender:
                assert await sender.deliver() == 1
        assert await bench.storage.undelivered() == 1

    async def test_it_gives_up_in_the_end(self, bench: SimulatedBench) -> None:
        await pay(bench)
        async with receiving([500] * 10) as receiver:
            async with courier(bench, receiver.url, most_attempts=3) as sender:
                for _ in range(6):
                    await sender.deliver()
                    bench.pass_time(LATER)
        assert len(receiver.received) == 3 and await bench.storage.undelivered() == 0

    async def test_duplicates(self, bench: SimulatedBench, receiver: Receiver) -> None:
        await pay(bench, 3)
        async with courier(bench, receiver.url, duplicates=1.0) as sender:
            for _ in range(4):
                await sender.deliver()
                bench.pass_time(LATER)
        bodies = [body for body, _ in receiver.received]
        assert len(bodies) == 6 and all(bodies.count(body) == 2 for body in bodies)

    async def test_jitter_lets_them_overtake_each_other(
        self, storage: Storage, receiver: Receiver
    ) -> None:
        bench = SimulatedBench(storage, jitter=timedelta(seconds=60), seed=3)
        paid = await pay(bench, 6)
        async with courier(bench, receiver.url) as sender:
            for _ in range(70):
                await sender.deliver()
                bench.pass_time(timedelta(seconds=1))
        bench.pass_time(timedelta(seconds=-70))
        arrived = [bench.payments.verify(*each).reference for each in receiver.received]
        assert sorted(arrived) == sorted(paid) and arrived != paid

    async def test_what_a_killed_process_had_in_hand_is_sent_again(
        self, bench: SimulatedBench, receiver: Receiver
    ) -> None:
        await pay(bench, 2)
        lease = bench.now() + module._LEASE
        taken = await bench.storage.due(at=bench.now(), lease_until=lease, limit=10)
        assert len(taken) == 2
        async with courier(bench, receiver.url) as sender:
            assert await sender.deliver() == 0
            bench.pass_time(module._LEASE)
            assert await sender.deliver() == 2
        assert len(receiver.received) == 2

    async def test_two_couriers_share_the_work(
        self, bench: SimulatedBench, receiver: Receiver
    ) -> None:
        await pay(bench, 10)
        async with courier(bench, receiver.url) as one, courier(bench, receiver.url) as two:
            first = await bench.storage.due(
                at=bench.now(), lease_until=bench.now() + LATER, limit=4
            )
            assert len(first) == 4
            assert await one.deliver() + await two.deliver() == 6
        assert len({body for body, _ in receiver.received}) == len(receiver.received) == 6


class TestMemory(OnMemory, CourierSuite):
    pass


class TestPostgres(OnPostgres, CourierSuite):
    pass
