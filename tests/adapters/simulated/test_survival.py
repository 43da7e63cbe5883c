"""The provider's storage on PostgreSQL outlives the process that uses it, and may be away."""

import asyncio
import signal
import subprocess
import sys
from datetime import timedelta

import asyncpg
import httpx2
import pytest

from application.ports.payments import OutcomeUnknown
from domain.order.payment import PaymentState
from infrastructure.simulated.memory import MemoryStorage
from infrastructure.simulated.pages import approval_app
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.postgres import PostgresStorage
from infrastructure.simulated.provider import SimulatedProvider
from tests.adapters.simulated.bench import SECRET, SimulatedBench
from tests.architecture.sources import ROOT
from tests.contracts.provider_bench import key

VICTIM = """
import asyncio, sys
from datetime import timedelta
from uuid import UUID
from infrastructure.simulated.postgres import PostgresStorage
from infrastructure.simulated.provider import NewPayment, SimulatedProvider

async def main(url, payment_id):
    async with PostgresStorage(url) as storage:
        provider = SimulatedProvider(storage, public_url="", late=timedelta(0))
        payment = NewPayment(payment_id=UUID(payment_id), order_id=UUID(int=1), amount=1250,
            currency="EUR", method="succeed_late", description="Order HF-1")
        await provider.authorize(payment, key="the key of the victim")
        async with storage.transaction() as transaction:
            await transaction.claim("never finished", b"content")
            print("ready", flush=True)
            await asyncio.sleep(60)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_killed_process_leaves_what_it_had_answered(database_url: str) -> None:
    bench = SimulatedBench(MemoryStorage())
    wanted = bench.charge("succeed_late")
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, database_url, str(wanted.payment_id)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    with victim:
        assert victim.stdout is not None
        assert await asyncio.to_thread(victim.stdout.readline) == b"ready\n"
        victim.send_signal(signal.SIGKILL)
    async with PostgresStorage(database_url) as storage:
        provider = SimulatedProvider(storage, public_url="")
        payments = SimulatedPayments(provider, secret=SECRET)
        assert await storage.undelivered() == 1
        assert await provider.tick() == 1
        seen = await payments.find(bench.asked(wanted))
        assert seen is not None and seen.state is PaymentState.AUTHORIZED
        assert await storage.undelivered() == 2
        # What it had begun and not finished never happened, and blocks nobody.
        async with storage.transaction() as transaction:
            assert await transaction.claim("never finished", b"content") is None


async def test_a_storage_that_is_away_is_an_unknown_outcome(
    database_url: str, postgres_url: str
) -> None:
    async with PostgresStorage(database_url) as storage:
        bench = SimulatedBench(storage)
        wanted, first = bench.charge("succeed"), key("authorize")
        await bench.payments.authorize(wanted, key=first)
        name = database_url.rsplit("/", 1)[1]
        other = await asyncpg.connect(postgres_url)
        try:
            await other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
            )
            transport = httpx2.ASGITransport(app=approval_app(bench.provider))
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://shop.test"
            ) as human:
                page = await human.get("/payments/sim_1?token=x")
            assert (page.status_code, page.headers["retry-after"]) == (503, "1")
            for _ in range(2):
                with pytest.raises(OutcomeUnknown):
                    await bench.payments.find(bench.asked(wanted))
                with pytest.raises(OutcomeUnknown):
                    await bench.payments.authorize(wanted, key=first)
        finally:
            await other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
            await other.close()
        seen = await bench.payments.authorize(wanted, key=first)
        assert seen.state is PaymentState.AUTHORIZED
        assert await bench.promised() == 1250


async def test_a_reference_no_database_can_hold_is_of_no_payment(database_url: str) -> None:
    async with PostgresStorage(database_url) as storage:
        provider = SimulatedProvider(storage, public_url="")
        assert await provider.look_up("sim_\0", "x") is None
        assert await provider.decide("sim_\0", "x", approve=True) is None


async def test_the_database_itself_refuses_to_take_money_twice(
    database_url: str, owner_url: str
) -> None:
    async with PostgresStorage(database_url) as storage:
        bench = SimulatedBench(storage)
        await bench.take()
        connection = await asyncpg.connect(owner_url)
        try:
            with pytest.raises(asyncpg.UniqueViolationError):
                await connection.execute(
                    "INSERT INTO simulator.ledger (reference, payment_id, kind, amount, currency,"
                    " at) SELECT reference, payment_id, kind, amount, currency, at"
                    " FROM simulator.ledger WHERE kind = 'captured'"
                )
            with pytest.raises(asyncpg.CheckViolationError):
                await connection.execute("UPDATE simulator.intents SET refunded = captured + 1")
        finally:
            await connection.close()
        bench.pass_time(timedelta(days=1))
        assert await bench.taken() == 1250
