"""The second wall: what nobody changes or adds, even where the application forgot to ask."""

import asyncpg
import pytest

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
    "idempotency_keys": "final = final",
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
