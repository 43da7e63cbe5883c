"""The second wall: what nobody changes or adds, even where the application forgot to ask."""

import asyncpg
import pytest

from infrastructure.postgres.identity import Identity
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.scene import Scene, set_scene

CHANGES = {
    "users": "name = name",
    "sessions": "number = number",
    "proofs": "version = version",
    "organizers": "name = name",
    "members": "role = role",
    "invitations": "state = state",
    "api_keys": "name = name",
    "events": "name = name",
    "holds": "state = state",
    "orders": "state = state",
    "payments": "state = state",
    "tickets": "code = code",
    "refunds": "state = state",
    "attention": "detail = detail",
    "idempotency_keys": "final = final",
    "webhook_endpoints": "url = url",
    "webhook_deliveries": "body = body",
}


class TestWriting(OnPostgres):
    @pytest.fixture
    async def scene(self, harness: PostgresHarness) -> Scene:
        return await set_scene(harness)

    @pytest.mark.parametrize("table", CHANGES)
    async def test_changes_without_their_where(
        self, scene: Scene, harness: PostgresHarness, table: str
    ) -> None:
        statement = f"UPDATE {table} SET {CHANGES[table]} RETURNING to_jsonb({table}) AS row"
        for name, stranger in scene.strangers.items():
            rows = [row["row"] for row in await harness.database.fetch(statement, as_=stranger)]
            foreign = [
                row
                for row in rows
                if stranger.actor not in (row.get("id"), row.get("user_id"))
                and row.get("organizer_id", row.get("id")) not in stranger.organizers
            ]
            assert foreign == [], (table, name)

    async def test_a_buyer_gives_nothing_back(self, scene: Scene, harness: PostgresHarness) -> None:
        """Of their own orders: what is void or goes back is the organizer's to say."""
        buyer = Identity.of(scene.buyer.admitted.actor)
        seller = Identity.of(scene.seller.admitted.actor)
        for table in ("refunds", "tickets"):
            statement = f"UPDATE {table} SET version = version RETURNING id"
            assert await harness.database.fetch(f"SELECT FROM {table}", as_=buyer) != []
            assert await harness.database.fetch(statement, as_=buyer) == []
            assert await harness.database.fetch(statement, as_=seller) != []
        again = (
            "INSERT INTO refunds SELECT gen_random_uuid(), id, order_id, event_id, 1, currency, '',"
            " 'REQUESTED', NULL, now(), now(), 1 FROM payments"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level"):
            await harness.database.fetch(again, as_=buyer)
        await harness.database.fetch(again, as_=seller)

    async def test_what_the_system_writes_nobody_else_does(
        self, scene: Scene, harness: PostgresHarness
    ) -> None:
        seller = Identity.of(scene.seller.admitted.actor)
        for statement in (
            "INSERT INTO disputes DEFAULT VALUES",
            "UPDATE disputes SET state = state",
            "UPDATE postings SET provider = provider",
            "DELETE FROM postings",
            "DELETE FROM attention",
            "INSERT INTO reconciliations DEFAULT VALUES",
            "INSERT INTO discrepancies DEFAULT VALUES",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                await harness.database.fetch(statement, as_=seller)

    async def test_nothing_foreign_is_written(self, scene: Scene, harness: PostgresHarness) -> None:
        """Even where the application forgot to ask."""
        organizer, hold, order = scene.organizer_id, scene.hold_id, scene.order_id
        writes = {
            "an event": "INSERT INTO events SELECT gen_random_uuid(), organizer_id, name,"
            " description, venue, timezone, starts_at, ends_at, currency, 'DRAFT', NULL,"
            f" created_at, updated_at, 1, live FROM (SELECT '{organizer}'::uuid AS organizer_id,"
            " '' AS name, '' AS description, '' AS venue, '' AS timezone, now() AS starts_at,"
            " now() AS ends_at, 'EUR' AS currency, now() AS created_at, now() AS updated_at,"
            " true AS live) AS e",
            "a member": f"INSERT INTO members VALUES ('{organizer}', '{{me}}', 'OWNER', 9, now())",
            "an order line": f"INSERT INTO order_lines SELECT '{order}', 9, '{hold}', '{hold}', 1,"
            f" 0, ARRAY['{hold}'::uuid]",
            "a key": f"INSERT INTO api_keys VALUES (gen_random_uuid(), '{organizer}', '', '', '',"
            " true, ARRAY['GetEvent'], now(), NULL, NULL, NULL, 1)",
            "an invitation": f"INSERT INTO invitations VALUES (gen_random_uuid(), '{organizer}',"
            " '', '', 'OWNER', 'OPEN', '{me}', now(), now(), 1)",
            "a hold": "INSERT INTO holds (id, event_id, organizer_id, live, buyer_id, state, total,"
            " currency, expires_at, latest_expiry, extended_for_payment, ordered, created_at,"
            " version, units, lines) VALUES (gen_random_uuid(),"
            f" '{hold}', '{organizer}', true, '{hold}',"
            " 'ACTIVE', 0, 'EUR', now(), now(), false, false, now(), 1, 1, '[]')",
            "a session": f"INSERT INTO sessions VALUES (gen_random_uuid(), '{scene.buyer.user_id}',"
            " 0, '', now(), now(), now(), NULL, 1)",
            "a ticket": "INSERT INTO tickets VALUES (gen_random_uuid(), "
            f"'{order}', '{hold}', '{hold}', 'x', 'ISSUED', now(), 1)",
            "a refund": "INSERT INTO refunds VALUES (gen_random_uuid(), "
            f"'{hold}', '{order}', '{hold}', 1, 'EUR', '', 'REQUESTED', NULL, now(), now(), 1)",
            "a posting": "INSERT INTO postings VALUES ('CHARGE', gen_random_uuid(),"
            f" gen_random_uuid(), '{organizer}', '{hold}', '{order}', '{hold}', true, '', 'EUR',"
            " ARRAY['PROVIDER', 'TAX'], ARRAY[1, -1], now())",
            "an item": "INSERT INTO attention VALUES (gen_random_uuid(), 'DISPUTE', '{me}',"
            f" '{organizer}', NULL, true, '', 'OPEN', NULL, NULL, NULL, now(), NULL, 1)",
            "an endpoint": "INSERT INTO webhook_endpoints VALUES (gen_random_uuid(),"
            f" '{organizer}', false, '', ARRAY['*'], '', '', NULL, NULL, 'ENABLED', NULL, NULL,"
            " now(), 1)",
            # The endpoint of the scene has the id of its buyer.
            "a delivery": "INSERT INTO webhook_deliveries VALUES (gen_random_uuid(),"
            f" '{scene.buyer.user_id}', gen_random_uuid(), '', '', 'FAILED', 1, NULL, NULL, NULL,"
            " now())",
            "somebody's fact": "INSERT INTO outbox (id, type, version, aggregate_type,"
            " aggregate_id, payload, occurred_at, request_id, actor) VALUES (gen_random_uuid(),"
            f" '', 1, '', gen_random_uuid(), '{{{{}}}}', now(), '', '{hold}')",
        }
        for name, stranger in scene.strangers.items():
            if name == "test key":
                continue  # it may write for this organizer, what is a test
            for what, statement in writes.items():
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level"):
                    await harness.database.fetch(statement.format(me=stranger.actor), as_=stranger)
                    pytest.fail(f"{name} wrote {what}")
