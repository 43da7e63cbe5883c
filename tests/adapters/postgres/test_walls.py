"""The second wall: what nobody sees of what is not theirs, even without the application."""

import re
from dataclasses import replace

import asyncpg
import pytest

from infrastructure.postgres import (
    api_keys,
    attention,
    disputes,
    events,
    guests,
    hold_rows,
    invitations,
    ledger,
    log,
    orders,
    payments,
    proofs,
    refunds,
    sessions,
    tickets,
    users,
    webhook_deliveries,
    webhook_endpoints,
)
from infrastructure.postgres.identity import DOOR, Identity, Role
from infrastructure.postgres.tables import metadata
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.scene import NOT_FOR_THE_APP, Scene, set_scene

TABLES = sorted(table.name for table in metadata.sorted_tables)
# The repositories' own reads, and what is left of them without their WHERE.
READS = {
    "users": users._SELECT,
    "sessions": sessions._SELECT,
    "proofs": proofs._SELECT,
    "guests": guests._SELECT,
    "invitations": invitations._SELECT,
    "api_keys": api_keys._SELECT,
    "events": events._GET,
    "holds": hold_rows.SELECT,
    "orders": orders._SELECT,
    "payments": payments._SELECT,
    "refunds": refunds._SELECT,
    "tickets": tickets._OF_ORDER,
    "disputes": disputes._OF_PAYMENT,
    "postings": ledger._OF_ORDER,
    "attention": attention._SELECT,
    "outbox": log._SELECT,
    "webhook_endpoints": webhook_endpoints._SELECT,
    "webhook_deliveries": webhook_deliveries._SELECT,
}
# Everybody may see a live event, what it sells and what is left of it.
PUBLIC = {"events", "pools", "ticket_types", "stock", "organizers"}
# What is no buyer's business, not even of their own orders.
WEBHOOKS = ("webhook_endpoints", "webhook_deliveries")
BOOKS = {"disputes", "postings", "attention", "outbox", *WEBHOOKS}
OF_ORGANIZERS = {"guests", "invitations", "api_keys", *BOOKS}
OWN_ORGANIZER = "organizer_id = ANY ($2::text::uuid[]) AND $1::text <> ''"
OWN = {
    "users": f"id::text = $1 OR id IN (SELECT user_id FROM members WHERE {OWN_ORGANIZER})",
    "guests": "id::text = $1 AND $2::text <> ''",
    "sessions": "user_id::text = $1 AND $2::text <> ''",
    "invitations": OWN_ORGANIZER,
    "api_keys": OWN_ORGANIZER,
}


def without_where(sql: str) -> str:
    """Cut at the last one that is not inside parentheses."""
    depth, cut = 0, len(sql)
    for found in re.finditer(r"[()]|\bWHERE\b", sql):
        match found[0]:
            case "(":
                depth += 1
            case ")":
                depth -= 1
            case _ if depth == 0:
                cut = found.start()
                break
    return sql[:cut]


class TestReading(OnPostgres):
    @pytest.fixture
    async def scene(self, harness: PostgresHarness) -> Scene:
        return await set_scene(harness)

    async def test_a_scene_has_rows_everywhere(
        self, scene: Scene, harness: PostgresHarness
    ) -> None:
        """Or nothing would be proved by not seeing them."""
        for table in TABLES:
            if table != "guests":
                assert await harness.owner.fetch(f"SELECT FROM {table}"), table

    async def test_nobody_sees_nothing(self, scene: Scene, harness: PostgresHarness) -> None:
        """A role without an identity: only that there are organizers, and what is on sale."""
        for table in TABLES:
            if table not in (*PUBLIC, *NOT_FOR_THE_APP, "mails"):
                statement = f"SELECT FROM {table}"
                as_ = Identity(role=Role.APP)
                assert await harness.database.fetch(statement, as_=as_) == [], table

    @pytest.mark.parametrize("table", READS)
    async def test_reads_without_their_where(
        self, scene: Scene, harness: PostgresHarness, table: str
    ) -> None:
        statement = f"SELECT id FROM ({without_where(READS[table])}) AS found"
        everything = {row["id"] for row in await harness.owner.fetch(statement)}
        allowed: set[object] = set()
        if table == "events":
            allowed = everything - {scene.draft_id}
        for name, stranger in scene.strangers.items():
            seen = {row["id"] for row in await harness.database.fetch(statement, as_=stranger)}
            own = {row["id"] for row in await self.own(harness, table, stranger)}
            assert seen <= own | (set() if name == "test key" else allowed), (table, name)
        mine = Identity.of(scene.buyer.admitted.actor)
        if table not in OF_ORGANIZERS:
            assert await harness.database.fetch(statement, as_=mine), table
        elif table in BOOKS:
            assert await harness.database.fetch(statement, as_=mine) == [], table

    async def own(
        self, harness: PostgresHarness, table: str, stranger: Identity
    ) -> list[asyncpg.Record]:
        """What is not foreign: themselves, their login, their own organizer and its people."""
        condition = OWN.get(table)
        if condition is None:
            return []
        statement = f"SELECT id FROM {table} WHERE {condition}"
        return await harness.owner.fetch(statement, stranger.actor, stranger.organizers)

    async def test_what_hangs_on_it_is_hidden_with_it(
        self, scene: Scene, harness: PostgresHarness
    ) -> None:
        for name, stranger in scene.strangers.items():
            for table in ("holds", "order_lines", "idempotency_keys"):
                statement = f"SELECT FROM {table}"
                assert await harness.database.fetch(statement, as_=stranger) == [], (table, name)
            for table in ("pools", "ticket_types", "stock"):
                statement = f"SELECT FROM {table} WHERE event_id = $1"
                rows = await harness.database.fetch(statement, scene.draft_id, as_=stranger)
                assert rows == [], (table, name)

    async def test_the_owner_sees_the_sales_and_the_drafts(
        self, scene: Scene, harness: PostgresHarness
    ) -> None:
        seller = Identity.of(scene.seller.admitted.actor)
        for table in (
            *("holds", "orders", "order_lines", "payments", "refunds", "disputes", "postings"),
            *("attention", "reconciliations", "discrepancies"),
            *WEBHOOKS,
        ):
            assert await harness.database.fetch(f"SELECT FROM {table}", as_=seller), table
        (row,) = await harness.database.fetch(
            "SELECT count(*) AS drafts FROM events WHERE state = 'DRAFT'", as_=seller
        )
        assert row["drafts"] == 1

    async def test_a_report_shows_everybody_their_own(
        self, scene: Scene, harness: PostgresHarness
    ) -> None:
        """And what is nobody's, to superusers."""
        seller = scene.seller.admitted.actor
        superuser = replace(scene.buyer.admitted.actor, superuser=True)
        items = "SELECT organizer_id FROM attention WHERE kind = 'LEDGERS_DIFFER'"
        lines = "SELECT organizer_id FROM discrepancies"
        for name, stranger in scene.strangers.items():
            assert await harness.database.fetch(lines, as_=stranger) == [], name
        (own,) = await harness.database.fetch(lines, as_=Identity.of(seller))
        assert own["organizer_id"] == scene.organizer_id
        assert await harness.database.fetch(items, as_=Identity.of(seller)) == []
        assert len(await harness.database.fetch(lines, as_=Identity.of(superuser))) == 2
        assert len(await harness.database.fetch(items, as_=Identity.of(superuser))) == 1

    async def test_those_at_the_door_see_no_sale(
        self, scene: Scene, harness: PostgresHarness
    ) -> None:
        for table in (
            *(
                "events",
                "stock",
                "holds",
                "orders",
                "payments",
                "tickets",
                "invitations",
                "refunds",
            ),
            *("disputes", "postings", "attention", "reconciliations", "discrepancies"),
            *WEBHOOKS,
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await harness.database.fetch(f"SELECT FROM {table}", as_=DOOR)
