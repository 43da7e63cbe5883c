"""What is due, to be given back or to be compared is found by an index, among however much else."""

from datetime import UTC, datetime, timedelta

import pytest

from infrastructure.postgres import attention, disputes, ledger, orders, refunds
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.contracts.world import IDS, World, kind

ORDERS = """
    INSERT INTO orders (id, number, event_id, organizer_id, live, hold_id, buyer_id, buyer_name,
                        buyer_email, state, total, currency, deadline, created_at, updated_at,
                        version)
    SELECT md5('o' || nr)::uuid, nr::text, $1, $2, true, md5('h' || nr)::uuid, $2, '', '',
           CASE WHEN nr % 10 = 0 THEN 'CONFIRMED' ELSE 'REFUNDED' END, 9, 'EUR', at, at, at, 1
    FROM generate_series(1, 2000) AS nr,
         LATERAL (SELECT now() - nr * interval '1 min' AS at) AS t
"""
REST = (
    """
    INSERT INTO payments (id, order_id, event_id, attempt, provider, method, amount, currency,
                          state, goal, looks, created_at, updated_at, version)
    SELECT id, id, event_id, 1, 'simulated', '', 9, 'EUR', 'CAPTURED', 'COLLECT', 0, created_at,
           created_at, 1
    FROM orders""",
    """
    INSERT INTO refunds (id, payment_id, order_id, event_id, amount, currency, reason, state,
                         due_at, created_at, updated_at, version)
    SELECT id, id, id, event_id, 1, 'EUR', '', 'SUCCEEDED',
           CASE WHEN number::int % 100 = 0 THEN created_at END, created_at, created_at, 1
    FROM orders""",
    """
    INSERT INTO postings (kind, source_id, id, organizer_id, event_id, order_id, payment_id, live,
                          provider, currency, accounts, amounts, occurred_at)
    SELECT 'CHARGE', id, id, organizer_id, event_id, id, id, true, 'simulated', 'EUR',
           ARRAY['PROVIDER', 'TAX'], ARRAY[1, -1], created_at
    FROM orders""",
    """
    INSERT INTO attention (id, kind, subject_id, live, detail, state, created_at, version)
    SELECT id, 'DISPUTE', id, true, '', 'OPEN', created_at, 1 FROM orders""",
    """
    INSERT INTO disputes (id, payment_id, order_id, reference, amount, currency, reason, state,
                          created_at, updated_at, version)
    SELECT id, id, id, '', 1, 'EUR', '',
           CASE WHEN number::int % 100 = 0 THEN 'OPEN' ELSE 'LOST' END, created_at, created_at, 1
    FROM orders""",
    "ANALYZE orders, payments, refunds, postings, attention, disputes, events",
)


class TestPlansOfMoney(OnPostgres):
    @pytest.fixture
    async def database(self, harness: PostgresHarness, contract_database: Database) -> Database:
        sale = await World(harness).sale(kind("Standing", 10))
        await harness.owner.fetch(ORDERS, sale.event.id, sale.event.organizer_id)
        for statement in REST:
            await harness.owner.fetch(statement)
        return contract_database

    async def test_no_table_is_read_as_a_whole(self, database: Database) -> None:
        now, someone = datetime.now(UTC), IDS.uuid()
        lately = now - timedelta(minutes=5)
        statements: dict[str, tuple[str, tuple[object, ...]]] = {
            "ix_refunds_due": (refunds._DUE, (20,)),
            "ix_refunds_payment_id": (f"{refunds._SELECT} WHERE payment_id = $1", (someone,)),
            "ix_refunds_order_id": (f"{refunds._SELECT} WHERE order_id = $1", (someone,)),
            "ix_orders_paid": (orders._OF_CANCELLED_EVENTS, (20, someone)),
            "ix_postings_moment": (ledger._BOOKED, ("simulated", True, lately, now)),
            "ix_postings_order_id": (ledger._OF_ORDER, (someone,)),
            "uq_disputes_payment_id_reference": (disputes._OF_PAYMENT, (someone,)),
            "ix_disputes_undecided": (disputes._UNDECIDED, (20, None)),
            "ix_attention_subject_id": (attention._WAS_ASKED, ("DISPUTE", someone)),
            "ix_attention_created_at_id": (
                f"{attention._SELECT} WHERE live ORDER BY created_at, id LIMIT 20",
                (),
            ),
        }
        for index, (statement, values) in statements.items():
            rows = await database.fetch(f"EXPLAIN {statement}", *values, as_=SYSTEM)
            plan = "\n".join(row[0] for row in rows)
            whole = [line for line in rows if "Seq Scan on" in line[0] and "events" not in line[0]]
            assert index in plan and not whole, plan
