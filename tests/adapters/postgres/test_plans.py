"""Holds that are due are found by their index, among however many that are not."""

from datetime import timedelta

import pytest

from infrastructure.postgres import hold_rows, holds, stock, sweep
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM, Identity, Role
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.world import Sale, World, kind

LIVE_HOLDS = """
    INSERT INTO holds
    SELECT gen_random_uuid(), $1, gen_random_uuid(), 'ACTIVE', 0, 'EUR',
           now() + nr * interval '1 s', now() + interval '1 d', false, false, now(), 1, $2, true
    FROM generate_series(60, 5000) AS nr
"""

OLD_HOLDS = """
    INSERT INTO holds
    SELECT gen_random_uuid(), gen_random_uuid(), $1, 'EXPIRED', 0, 'EUR', at, at, false, false,
           at - interval '1 h', 1, $1, true, at
    FROM generate_series(1, 5000) AS nr, LATERAL (SELECT now() - nr * interval '1 h' AS at) AS t
"""


class TestPlans(OnPostgres):
    @pytest.fixture
    async def sale(self, harness: PostgresHarness) -> Sale:
        sale = await World(harness).sale(kind("Standing", 10_000))
        await harness.owner.fetch(LIVE_HOLDS, sale.event.id, sale.event.organizer_id)
        await harness.owner.fetch(
            "INSERT INTO hold_lines SELECT id, 0, event_id, id, 1, 0, ARRAY[$1::uuid] FROM holds",
            sale.pool_id("Standing"),
        )
        await harness.owner.fetch("ANALYZE holds, hold_lines")
        return sale

    async def plan(
        self, database: Database, statement: str, *values: object, as_: Identity = SYSTEM
    ) -> str:
        rows = await database.fetch(f"EXPLAIN {statement}", *values, as_=as_)
        return "\n".join(row[0] for row in rows)

    async def test_the_sweep(self, sale: Sale, contract_database: Database) -> None:
        assert "ix_holds_due" in await self.plan(contract_database, sweep._FIND, 200)

    async def test_availability(self, sale: Sale, contract_database: Database) -> None:
        plan = await self.plan(contract_database, stock._OF_EVENT, sale.event.id)
        assert "ix_holds_due" in plan and "Seq Scan on hold" not in plan

    @pytest.mark.parametrize("statement", ["_ANY_DUE_OF_POOLS", "_LOCK_DUE_OF_POOLS"])
    async def test_a_shortage(
        self, sale: Sale, contract_database: Database, statement: str
    ) -> None:
        events, pools = [sale.event.id], [sale.pool_id("Standing")]
        plan = await self.plan(contract_database, getattr(hold_rows, statement), events, pools, [])
        assert "ix_holds_due" in plan and "Seq Scan on hold" not in plan

    async def test_what_a_buyer_has(
        self, sale: Sale, contract_database: Database, contract_owner: Owner
    ) -> None:
        """Among however many holds of long ago."""
        buyer = sale.event.organizer_id
        await contract_owner.fetch(OLD_HOLDS, buyer)
        await contract_owner.fetch("ANALYZE holds")
        plan = await self.plan(
            contract_database,
            holds._SO_FAR,
            sale.event.id,
            buyer,
            ["COMMITTING"],
            timedelta(hours=1),
            timedelta(minutes=10),
            as_=Identity(role=Role.APP, actor=str(buyer)),
        )
        assert "ix_holds_counted" in plan and "ix_holds_buyer_id_created_at" in plan
        assert "Seq Scan on holds" not in plan
