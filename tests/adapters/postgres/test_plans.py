"""Holds that are due are found by their index, among however many that are not."""

from datetime import timedelta

import pytest

from infrastructure.postgres import availability, hold_rows, holds, sweep
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM, Identity, Role
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.world import Sale, World, kind

# Ids of version 7: the moment, and something random behind it.
LIVE_HOLDS = """
    INSERT INTO holds (id, event_id, organizer_id, buyer_id, expires_at, latest_expiry, created_at,
                       total, units, version, live, extended_for_payment, ordered, state, currency,
                       lines)
    SELECT overlay(gen_random_uuid()::text
                   PLACING left(holdfast_uuid7_floor(now())::text, 14) || '7' FROM 1)::uuid,
           $1, $2, gen_random_uuid(), now() + nr * interval '1 s', now() + interval '1 d', now(),
           0, 1, 1, true, false, false, 'ACTIVE', 'EUR',
           jsonb_build_array(jsonb_build_object(
               'ticket_type_id', $1::uuid, 'quantity', 1, 'unit_price', 0,
               'pool_ids', ARRAY[$3::uuid]))
    FROM generate_series(60, 5000) AS nr
"""

OLD_HOLDS = """
    INSERT INTO holds (id, event_id, organizer_id, buyer_id, expires_at, latest_expiry, created_at,
                       ended_at, total, units, version, live, extended_for_payment, ordered, state,
                       currency, lines)
    SELECT overlay(gen_random_uuid()::text
                   PLACING left(holdfast_uuid7_floor(at)::text, 14) || '7' FROM 1)::uuid,
           $1, $1, $1, at, at, at - interval '1 h', at, 0, 1, 1, true, false, false, 'EXPIRED',
           'EUR', '[]'
    FROM generate_series(1, 5000) AS nr, LATERAL (SELECT now() - nr * interval '1 h' AS at) AS t
"""


PARTITION = "SELECT DISTINCT tableoid::regclass::text AS name FROM holds"


class TestPlans(OnPostgres):
    @pytest.fixture
    async def sale(self, harness: PostgresHarness) -> Sale:
        sale = await World(harness).sale(kind("Standing", 10_000))
        await harness.owner.fetch(
            LIVE_HOLDS, sale.event.id, sale.event.organizer_id, sale.pool_id("Standing")
        )
        await harness.owner.fetch("ANALYZE holds")
        return sale

    @pytest.fixture
    async def today(self, sale: Sale, contract_owner: Owner) -> str:
        """The partition of the live holds: it is a day's when they were made."""
        (row,) = await contract_owner.fetch(PARTITION)
        return str(row["name"])

    async def plan(
        self, database: Database, statement: str, *values: object, as_: Identity = SYSTEM
    ) -> str:
        rows = await database.fetch(f"EXPLAIN {statement}", *values, as_=as_)
        return "\n".join(row[0] for row in rows)

    async def test_the_sweep(self, today: str, contract_database: Database) -> None:
        plan = await self.plan(contract_database, sweep._FIND, 200)
        assert f"using {today}_expires_at_event_id_idx" in plan

    async def test_availability(self, sale: Sale, today: str, contract_database: Database) -> None:
        plan = await self.plan(contract_database, availability._OF_EVENTS, [sale.event.id])
        assert f"using {today}_expires_at_event_id_idx" in plan or (
            f"on {today}_expires_at_event_id_idx" in plan
        )
        assert f"Seq Scan on {today}" not in plan

    @pytest.mark.parametrize("statement", ["_ANY_DUE_OF_POOLS", "_LOCK_DUE_OF_POOLS"])
    async def test_a_shortage(
        self, sale: Sale, today: str, contract_database: Database, statement: str
    ) -> None:
        events, pools = [sale.event.id], [sale.pool_id("Standing")]
        plan = await self.plan(contract_database, getattr(hold_rows, statement), events, pools, [])
        assert f"using {today}_expires_at_event_id_idx" in plan or (
            f"on {today}_expires_at_event_id_idx" in plan
        )
        assert f"Seq Scan on {today}" not in plan

    async def test_what_a_buyer_has(
        self, sale: Sale, today: str, contract_database: Database, contract_owner: Owner
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
        assert f"{today}_buyer_id_id_idx" in plan and f"Seq Scan on {today}" not in plan

    async def test_days_before_are_not_opened(
        self, sale: Sale, contract_database: Database
    ) -> None:
        """Whatever the planner knew: the bound depends on when the statement is performed."""
        since = "holdfast_uuid7_floor(statement_timestamp() - interval '1 ms' * $1::int)"
        statement = f"SELECT FROM holds h WHERE h.id >= {since} AND {hold_rows.DUE}"
        week = 7 * 24 * 3600 * 1000
        assert "holds_before" in await self.plan(contract_database, statement, week)
        plan = await self.plan(contract_database, statement, 0)
        assert "holds_before" not in plan and "Subplans Removed" in plan
        assert "holds_rest" in plan
