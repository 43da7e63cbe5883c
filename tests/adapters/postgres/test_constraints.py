"""The last line of defence: what the schema itself refuses, whatever the code above it does."""

import asyncpg
import pytest

from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.payments import pay
from tests.contracts.world import World, kind

COPY_PAYMENT = """
    INSERT INTO payments
    SELECT gen_random_uuid(), order_id, event_id, attempt + 1, provider, method, amount, currency,
           '{state}', goal, NULL, NULL, NULL, NULL, due_at, looks, created_at, updated_at, 1
    FROM payments
"""
COPY_ORDER = """
    INSERT INTO orders
    SELECT gen_random_uuid(), '{number}', event_id, organizer_id, {hold_id}, buyer_id, buyer_name,
           buyer_email, state, total, currency, deadline, created_at, updated_at, 1, live
    FROM orders
"""
COPY_USER = """
    INSERT INTO users
    SELECT gen_random_uuid(), email, {email}, name, password_hash, created_at, 1, email_verified,
           active, superuser, {founder}
    FROM users
"""
LATE_REFUNDS = """
    INSERT INTO refunds
    SELECT gen_random_uuid(), id, order_id, event_id, amount, currency, 'LATE_PAYMENT',
           'REQUESTED', NULL, created_at, created_at, 1
    FROM payments, generate_series(1, {count})
"""

REFUSED = {
    "UPDATE stock SET held = capacity + 1": "ck_stock_capacity",
    "UPDATE stock SET sold = capacity, held = 1": "ck_stock_capacity",
    "UPDATE stock SET held = -1": "ck_stock_held",
    "UPDATE stock SET sold = -1": "ck_stock_sold",
    "UPDATE holds SET state = 'GONE', ended_at = now()": "ck_holds_state",
    "UPDATE holds SET state = 'RELEASED'": "ck_holds_ended_at",
    "UPDATE holds SET ended_at = now()": "ck_holds_ended_at",
    "UPDATE holds SET expires_at = latest_expiry + interval '1 s'": "ck_holds_expiry",
    "UPDATE holds SET units = 0": "ck_holds_units",
    "UPDATE orders SET state = 'PAID'": "ck_orders_state",
    "UPDATE payments SET state = 'PAID'": "ck_payments_state",
    "UPDATE payments SET amount = 0": "ck_payments_amount",
    COPY_PAYMENT.format(state="CREATED"): "uq_payments_one_of_order",
    COPY_PAYMENT.format(state="CAPTURED"): "uq_payments_one_of_order",
    COPY_ORDER.format(number="ANOTHER", hold_id="hold_id"): "uq_orders_hold_id",
    LATE_REFUNDS.format(count=2): "uq_refunds_late_payment",
    "DELETE FROM orders": "fk_order_lines_order_id",
    "UPDATE idempotency_keys SET refusal = '{}'": "ck_idempotency_keys_one_outcome",
    COPY_USER.format(email="email_key", founder="false"): "uq_users_email_key",
    COPY_USER.format(email="'another' || id", founder="true"): "uq_users_founder",
    "UPDATE members SET role = 'GUEST'": "ck_members_role",
    "INSERT INTO api_keys SELECT gen_random_uuid(), id, '', '', '', true, ARRAY['GetEvent'],"
    " now(), NULL, NULL, NULL, 1 FROM organizers, generate_series(1, 2)": "uq_api_keys_key_hash",
    "INSERT INTO api_keys SELECT id, id, '', '', '', true, '{}', now(), NULL, NULL, NULL, 1"
    " FROM organizers": "ck_api_keys_scopes",
    "INSERT INTO invitations SELECT id, id, '', '', 'OWNER', 'EXPIRED', id, now(), now(), 1"
    " FROM organizers": "ck_invitations_state",
    "UPDATE sessions SET number = -1": "ck_sessions_number",
}
ACCEPTED = [
    COPY_PAYMENT.format(state="FAILED"),
    COPY_PAYMENT.format(state="CANCELLED"),
    COPY_ORDER.format(number="ANOTHER", hold_id="gen_random_uuid()"),
    LATE_REFUNDS.format(count=1),
    "UPDATE stock SET held = 0, sold = capacity",
    "UPDATE users SET founder = id = (SELECT id FROM users LIMIT 1)",
    "UPDATE members SET role = 'SCANNER'",
]


class TestConstraints(OnPostgres):
    @pytest.fixture
    async def owner(self, harness: PostgresHarness, contract_owner: Owner) -> Owner:
        """With a row in every table that matters."""
        world = World(harness)
        sale = await world.sale(kind("Standing", 20))
        buyer = await world.user()
        hold = await world.hold(buyer, sale, {"Standing": 1})
        order = await world.stored_order((await world.order(buyer, hold.id)).id)
        await pay(world, order)
        return contract_owner

    async def perform(self, owner: Owner, statement: str) -> None:
        async with owner.connection() as connection:
            await connection.execute("BEGIN")
            await connection.execute(statement)

    @pytest.mark.parametrize("statement", REFUSED)
    async def test_refused(self, owner: Owner, statement: str) -> None:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
            await self.perform(owner, statement)
        assert refused.value.constraint_name == REFUSED[statement]

    @pytest.mark.parametrize("statement", ACCEPTED)
    async def test_accepted(self, owner: Owner, statement: str) -> None:
        await self.perform(owner, statement)
