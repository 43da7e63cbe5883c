"""The audit finds nothing in a sound database, and each thing that is broken on purpose."""

import pytest

from infrastructure.postgres.audit import audit
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.payments import pay
from tests.contracts.world import Sale, World, kind

_BOOK = """
    INSERT INTO postings (kind, source_id, id, organizer_id, event_id, order_id, payment_id, live,
                          provider, currency, accounts, amounts, occurred_at)
    SELECT '{kind}', {source}, id, id, event_id, order_id, id, true, provider, currency,
           ARRAY['PROVIDER', 'ORGANIZER'], ARRAY[amount, -amount], created_at FROM payments
"""
# What is done to the sound database below, and the invariants that are broken by it.
BREAKS = {
    "UPDATE stock SET held = held + 1": {"I3 held"},
    "UPDATE stock SET sold = sold + 1": {"I3 sold"},
    "UPDATE stock SET held = capacity + 1": {"I1", "I3 held"},
    "UPDATE stock SET capacity = capacity + 1": {"I1 capacity"},
    "DELETE FROM stock": {"I1 capacity", "I3 held", "I3 sold"},
    "UPDATE holds SET lines = lines || lines": {"I3 held", "I3 units"},
    "UPDATE holds SET units = units + 1": {"I3 units"},
    "UPDATE tickets SET state = 'VOID'": {"I3 sold"},
    "DELETE FROM tickets": {"I3 sold", "I8 count"},
    "UPDATE holds SET state = 'EXPIRED', ended_at = now() WHERE state = 'ACTIVE'": {
        "I3 held",
        "I4",
    },
    "UPDATE holds SET state = 'ACTIVE', ended_at = NULL WHERE state = 'CONVERTED'": {
        "I3 held",
        "I4",
        "I4 order",
    },
    "UPDATE holds SET ended_at = now() WHERE state = 'ACTIVE'": {"I4 moment"},
    "UPDATE holds SET ended_at = NULL WHERE state = 'CONVERTED'": {"I4 moment"},
    "UPDATE holds SET expires_at = created_at - interval '1 s'": {"I5"},
    "DELETE FROM orders WHERE state = 'CONFIRMED'": {"I4 order"},
    "UPDATE orders SET state = 'CANCELLED' WHERE state = 'CONFIRMED'": {"I4 order", "I8"},
    "UPDATE orders SET total = total + 1": {"I6 paid", "I6 total"},
    "UPDATE payments SET state = 'CAPTURED', amount = amount + 1": {"I6", "I18 captured"},
    "UPDATE payments SET state = 'CAPTURED'": {"I18 captured"},
    _BOOK.format(kind="CHARGE", source="id"): {"I18 captured"},
    _BOOK.format(kind="REFUND", source="gen_random_uuid()"): {"I18 refunded"},
    _BOOK.format(kind="CHARGE", source="id").replace("[amount, -amount]", "[amount, amount]"): {
        "I18 balance",
        "I18 captured",
    },
    "UPDATE orders SET refunded = 1 WHERE total > 0": {"I9 refunded"},
    "UPDATE tickets SET state = 'VOID', keeps_place = true": set(),
    "UPDATE orders SET state = 'CONFIRMED'": {"I4 order", "I6 paid", "I8 count"},
    "INSERT INTO refunds SELECT gen_random_uuid(), id, order_id, event_id, 1, currency, 'x',"
    " 'SUCCEEDED', NULL, created_at, created_at, 1 FROM payments": {
        "I9",
        "I9 refunded",
        "I18 refunded",
    },
    "UPDATE idempotency_keys SET answer = NULL": {"I11"},
    "INSERT INTO idempotency_keys"
    " SELECT actor, operation, key, fingerprint, answer, refusal, final,"
    " created_at - interval '1 d' FROM idempotency_keys": {"I11 once"},
    "UPDATE holds SET organizer_id = id WHERE state = 'ACTIVE'": {"I15 tenant"},
    "UPDATE orders SET organizer_id = id": {"I15 tenant"},
    "DELETE FROM events": {"I15 tenant"},
    "UPDATE holds SET live = false WHERE state = 'ACTIVE'": {"I15 tests"},
    "UPDATE orders SET live = false": {"I15 tests"},
    "UPDATE events SET live = false": {"I15 tests"},
    "INSERT INTO guests SELECT buyer_id, '', '', NULL, now(), id, 1 FROM holds LIMIT 1": {
        "I15 claimed"
    },
    "INSERT INTO guests SELECT buyer_id, '', '', NULL, now(), NULL, 1 FROM holds LIMIT 1": set(),
    "DELETE FROM members": {"I16"},
    "UPDATE members SET role = 'MANAGER'": {"I16"},
    "UPDATE users SET founder = true, superuser = true": {"I17"},
    "UPDATE users SET founder = id = (SELECT id FROM users LIMIT 1)": {"I17 superuser"},
    "UPDATE users SET founder = id = (SELECT id FROM users LIMIT 1), superuser = true": set(),
}


class TestAudit(OnPostgres):
    @pytest.fixture
    async def sound(self, harness: PostgresHarness) -> Sale:
        """A hold that is active, one that is bought, and one whose order is being paid."""
        world = World(harness)
        sale = await world.sale(
            kind("Standing", 20, pools=("Hall",)), kind("Free", 20, price=0), pools={"Hall": 30}
        )
        buyer = await world.user()
        await world.hold(buyer, sale, {"Standing": 1, "Free": 1})
        free = await world.hold(buyer, sale, {"Free": 2})
        await world.order(buyer, free.id)
        paid = await world.hold(buyer, sale, {"Standing": 3})
        order = await world.stored_order((await world.order(buyer, paid.id)).id)
        await pay(world, order)
        return sale

    async def found(self, owner: Owner) -> set[str]:
        async with owner.connection() as connection:
            return {each.invariant for each in await audit(connection)}

    async def test_a_sound_database(self, sound: Sale, contract_owner: Owner) -> None:
        assert await self.found(contract_owner) == set()

    @pytest.mark.parametrize("statement", BREAKS)
    async def test_a_broken_one(self, sound: Sale, contract_owner: Owner, statement: str) -> None:
        """Inside a transaction that is undone; constraints that would be in the way are dropped."""
        async with contract_owner.connection() as connection:
            await connection.execute(
                "BEGIN; ALTER TABLE stock DROP CONSTRAINT ck_stock_capacity;"
                " ALTER TABLE holds DROP CONSTRAINT ck_holds_expiry;"
                " ALTER TABLE holds DROP CONSTRAINT ck_holds_ended_at;"
                " ALTER TABLE pools DROP CONSTRAINT fk_pools_event_id;"
                " ALTER TABLE ticket_types DROP CONSTRAINT fk_ticket_types_event_id;"
                " DROP INDEX uq_users_founder;"
                " ALTER TABLE order_lines DROP CONSTRAINT fk_order_lines_order_id;"
                " ALTER TABLE tickets DROP CONSTRAINT fk_tickets_order_id;"
                " ALTER TABLE postings DROP CONSTRAINT ck_postings_balance"
            )
            await connection.execute(statement)
            problems = await audit(connection)
        assert {problem.invariant for problem in problems} == BREAKS[statement]
        assert all(problem.subject in str(problem) for problem in problems)
