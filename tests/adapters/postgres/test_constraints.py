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

REFUND = """
    INSERT INTO refunds
    SELECT gen_random_uuid(), id, order_id, event_id, amount - 1, currency, 'x', '{state}', NULL,
           created_at, created_at, 1
    FROM payments, generate_series(1, {count})
"""
RETRIES = """
    INSERT INTO refunds
    SELECT gen_random_uuid(), id, order_id, event_id, 1, currency, 'LATE_PAYMENT', 'REQUESTED',
           NULL, created_at, created_at, 1, '{}', CASE WHEN nr > 1 THEN id END
    FROM payments, generate_series(1, 2) AS nr
"""
POSTING = """
    INSERT INTO postings
    SELECT 'CHARGE', id, gen_random_uuid(), id, event_id, order_id, id, true, provider, currency,
           {accounts}, {amounts}, created_at
    FROM payments, generate_series(1, {count})
"""
ITEM = """
    INSERT INTO attention
    SELECT gen_random_uuid(), 'DISPUTE', id, NULL, NULL, true, '', '{state}', {choice}, NULL, NULL,
           created_at, {at}, 1
    FROM payments, generate_series(1, 2)
"""
DISPUTE = """
    INSERT INTO disputes
    SELECT gen_random_uuid(), id, order_id, 'x', 1, currency, '', 'OPEN', created_at, created_at, 1
    FROM payments, generate_series(1, {count})
"""


def posting(accounts: str, amounts: str, count: int = 1) -> str:
    return POSTING.format(
        accounts=f"ARRAY[{accounts}]::text[]", amounts=f"ARRAY[{amounts}]::bigint[]", count=count
    )


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
    REFUND.format(count=2, state="PENDING"): "ck_refunds_left_of_payment",
    REFUND.format(count=2, state="FAILED")
    + "; UPDATE refunds SET state = 'SUCCEEDED'": "ck_refunds_left_of_payment",
    REFUND.format(count=1, state="PENDING")
    + "; UPDATE refunds SET amount = amount + 2": "ck_refunds_left_of_payment",
    "UPDATE orders SET refunded = total + 1": "ck_orders_refunded",
    "UPDATE orders SET refunded = -1": "ck_orders_refunded",
    posting("'PROVIDER', 'TAX'", "1, -1", count=2): "pk_postings",
    posting("'PROVIDER', 'TAX'", "1, -2"): "ck_postings_balance",
    posting("'PROVIDER', 'TAX'", f"{2**62}, {2**62}"): "ck_postings_balance",
    posting("'PROVIDER'", "1, -1"): "ck_postings_entries",
    posting("'PROVIDER', 'TAX'", "0, 0"): "ck_postings_entries",
    posting("'PROVIDER', 'TAX', 'PLATFORM'", "1, -1, NULL"): "ck_postings_entries",
    posting("", ""): "ck_postings_entries",
    posting("'PROVIDER', 'BANK'", "1, -1"): "ck_postings_accounts",
    ITEM.format(state="OPEN", choice="NULL", at="NULL"): "uq_attention_open",
    ITEM.format(state="OPEN", choice="'RETRY'", at="NULL"): "ck_attention_resolved",
    ITEM.format(state="RESOLVED", choice="'RETRY'", at="NULL"): "ck_attention_resolved",
    DISPUTE.format(count=2): "uq_disputes_payment_id_reference",
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
    RETRIES,
    REFUND.format(count=1, state="PENDING"),
    REFUND.format(count=2, state="FAILED") + "; UPDATE refunds SET state = 'FAILED'",
    "UPDATE orders SET refunded = total",
    posting("'PROVIDER', 'TAX', 'ORGANIZER'", "3, -1, -2"),
    ITEM.format(state="RESOLVED", choice="'RETRY'", at="now()"),
    DISPUTE.format(count=1),
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
