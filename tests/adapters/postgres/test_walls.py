"""The second wall: what the database itself keeps from whoever the application lets through."""

import asyncio
import re

import asyncpg
import pytest

from infrastructure.postgres import (
    api_keys,
    events,
    guests,
    hold_rows,
    invitations,
    orders,
    payments,
    proofs,
    refunds,
    sessions,
    tickets,
    users,
)
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import DOOR, SYSTEM, Identity, Role, assume
from infrastructure.postgres.tables import metadata
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.rival import rival_of
from tests.adapters.postgres.scene import Scene, set_scene

TABLES = sorted(table.name for table in metadata.sorted_tables)
ROLES = ("none", "holdfast_nobody", *(role.value for role in Role), "holdfast_simulator")
DDL = (
    "CREATE TABLE public.mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE mine",
    "CREATE POLICY mine ON public.users USING (true)",
    "ALTER TABLE public.users DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE public.users ADD COLUMN mine int",
    "DROP TABLE public.users",
    "TRUNCATE public.users",
    "SET ROLE holdfast",
    "SET SESSION AUTHORIZATION holdfast",
)
WALLS = """
    SELECT relname, relrowsecurity,
           (SELECT array_agg(DISTINCT role::regrole::text)
            FROM pg_policy, unnest(polroles) AS role WHERE polrelid = c.oid) AS roles,
           has_table_privilege('holdfast_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS app
    FROM pg_class c
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND relname <> 'alembic_version'
"""
NOT_FOR_THE_APP = {"login_attempts", "provider_events"}
TO_PUBLIC = """
    SELECT relname FROM pg_class, aclexplode(relacl) AS acl
    WHERE acl.grantee = 0 AND relnamespace IN ('public'::regnamespace, 'simulator'::regnamespace)
    UNION ALL
    SELECT nspname FROM pg_namespace, aclexplode(nspacl) AS acl
    WHERE acl.grantee = 0 AND nspname IN ('public', 'simulator')
    UNION ALL
    SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
      AND has_function_privilege('holdfast_nobody', oid, 'EXECUTE')
"""

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
    "refunds": refunds._OF_PAYMENT,
    "tickets": tickets._OF_ORDER,
}
# Everybody may see a live event, what it sells and what is left of it.
PUBLIC = {"events", "pools", "ticket_types", "stock", "organizers"}
OWN_ORGANIZER = "organizer_id = ANY ($2::text::uuid[]) AND $1::text <> ''"
OWN = {
    "users": f"id::text = $1 OR id IN (SELECT user_id FROM members WHERE {OWN_ORGANIZER})",
    "guests": "id::text = $1 AND $2::text <> ''",
    "sessions": "user_id::text = $1 AND $2::text <> ''",
    "invitations": OWN_ORGANIZER,
    "api_keys": OWN_ORGANIZER,
}
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


class TestRoles:
    @pytest.mark.parametrize("role", ROLES)
    async def test_no_role_may_change_the_schema(self, database_url: str, role: str) -> None:
        connection = await asyncpg.connect(database_url)
        try:
            for statement in DDL:
                await connection.execute(f"SET ROLE {role}")
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        finally:
            await connection.close()

    @pytest.mark.parametrize("role", ["none", "holdfast_nobody", "holdfast_simulator"])
    async def test_who_has_no_role_of_the_shop_reads_no_table(
        self, database_url: str, role: str
    ) -> None:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute(f"SET ROLE {role}")
            for table in (*TABLES, "alembic_version"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetch(f"SELECT FROM public.{table}")
        finally:
            await connection.close()

    async def test_every_table_is_walled(self, owner_url: str) -> None:
        async with rival_of(owner_url) as owner:
            found = await owner.connection.fetch(WALLS)
            assert await owner.connection.fetch(TO_PUBLIC) == []
        assert {row["relname"] for row in found} == set(TABLES)
        for row in found:
            assert row["relrowsecurity"], row["relname"]
            assert "holdfast_system" in row["roles"], row["relname"]
            for_app = row["relname"] not in NOT_FOR_THE_APP
            assert ("holdfast_app" in row["roles"]) is for_app is row["app"], row["relname"]

    async def test_the_provider_keeps_to_its_own(self, database_url: str) -> None:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute("SET ROLE holdfast_simulator")
            assert await connection.fetch("SELECT FROM simulator.intents") == []
            for role in Role:
                await connection.execute(f"SET ROLE {role.value}")
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetch("SELECT FROM simulator.intents")
        finally:
            await connection.close()


class TestRows(OnPostgres):
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
            if table not in (*PUBLIC, *NOT_FOR_THE_APP, "mails", "outbox"):
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
        if table not in ("guests", "invitations", "api_keys"):
            assert await harness.database.fetch(statement, as_=mine), table

    async def own(
        self, harness: PostgresHarness, table: str, stranger: Identity
    ) -> list[asyncpg.Record]:
        """What is not foreign: themselves, their login, their own organizer and its people."""
        condition = OWN.get(table)
        if condition is None:
            return []
        statement = f"SELECT id FROM {table} WHERE {condition}"
        return await harness.owner.fetch(statement, stranger.actor, stranger.organizers)

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

    async def test_what_hangs_on_it_is_hidden_with_it(
        self, scene: Scene, harness: PostgresHarness
    ) -> None:
        for name, stranger in scene.strangers.items():
            for table in ("hold_lines", "order_lines", "idempotency_keys"):
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
        for table in ("holds", "hold_lines", "orders", "order_lines", "payments", "refunds"):
            assert await harness.database.fetch(f"SELECT FROM {table}", as_=seller), table
        (row,) = await harness.database.fetch(
            "SELECT count(*) AS drafts FROM events WHERE state = 'DRAFT'", as_=seller
        )
        assert row["drafts"] == 1

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
            "a hold line": f"INSERT INTO hold_lines SELECT '{hold}', 9, '{hold}', '{hold}', 1, 0,"
            f" ARRAY['{hold}'::uuid]",
            "an order line": f"INSERT INTO order_lines SELECT '{order}', 9, '{hold}', '{hold}', 1,"
            f" 0, ARRAY['{hold}'::uuid]",
            "a key": f"INSERT INTO api_keys VALUES (gen_random_uuid(), '{organizer}', '', '', '',"
            " true, ARRAY['GetEvent'], now(), NULL, NULL, NULL, 1)",
            "an invitation": f"INSERT INTO invitations VALUES (gen_random_uuid(), '{organizer}',"
            " '', '', 'OWNER', 'OPEN', '{me}', now(), now(), 1)",
            "a hold": "INSERT INTO holds (id, event_id, organizer_id, live, buyer_id, state, total,"
            " currency, expires_at, latest_expiry, extended_for_payment, ordered, created_at,"
            f" version) VALUES (gen_random_uuid(), '{hold}', '{organizer}', true, '{hold}',"
            " 'ACTIVE', 0, 'EUR', now(), now(), false, false, now(), 1)",
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

    async def test_those_at_the_door_see_no_sale(
        self, scene: Scene, harness: PostgresHarness
    ) -> None:
        for table in ("events", "stock", "holds", "orders", "payments", "tickets", "invitations"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await harness.database.fetch(f"SELECT FROM {table}", as_=DOOR)


WHO = "SELECT current_user::text AS role, current_setting('holdfast.actor', true) AS actor"


class TestBorrowers(OnPostgres):
    """One connection, and one borrower after the other: nobody is taken for somebody else."""

    A = Identity(role=Role.APP, actor="0199d2b0-0000-7000-8000-00000000000a")
    B = Identity(role=Role.APP, actor="0199d2b0-0000-7000-8000-00000000000b")

    async def check(self, database: Database, *others: Identity) -> None:
        for each in (*others, self.B, SYSTEM, self.A, DOOR):
            (row,) = await database.fetch(WHO, as_=each)
            assert (row["role"], row["actor"]) == (each.role.value, each.actor)

    @pytest.fixture
    def url(self, contract_url: str, harness: PostgresHarness) -> str:
        return contract_url

    async def test_a_new_connection_is_nobody(self, url: str) -> None:
        async with Database(url, pool_min=1, pool_max=1) as database:
            lent = await database.lend()
            (row,) = await lent.fetch(WHO)
            assert (row["role"], row["actor"]) == ("holdfast_nobody", None)
            await database.give_back(lent, rollback=False)

    async def test_one_after_the_other(self, url: str) -> None:
        async with Database(url, pool_min=1, pool_max=1) as database:
            await self.check(database, self.A, self.A)

    async def test_after_an_error(self, url: str) -> None:
        async with Database(url, pool_min=1, pool_max=1) as database:
            with pytest.raises(asyncpg.DivisionByZeroError):
                await database.fetch("SELECT 1 / 0", as_=self.A)
            await self.check(database, self.A)

    async def test_after_a_transaction_that_was_undone(self, url: str) -> None:
        async with Database(url, pool_min=1, pool_max=1) as database:
            await self.check(database)
            lent = await database.lend()
            await lent.execute(f"BEGIN; {self.A.local()}")
            (row,) = await lent.fetch(WHO)
            assert row["actor"] == self.A.actor
            await database.give_back(lent, rollback=True)
            await self.check(database, DOOR)

    async def test_an_identity_that_a_rollback_would_take_back(self, url: str) -> None:
        async with Database(url, pool_min=1, pool_max=1) as database:
            await self.check(database)
            lent = await database.lend()
            await lent.execute("BEGIN")
            with pytest.raises(RuntimeError):
                await assume(lent, self.A)
            await database.give_back(lent, rollback=True)
            await self.check(database, self.A)

    @pytest.mark.parametrize("turns", range(0, 12, 2))
    async def test_after_somebody_who_left(self, url: str, turns: int) -> None:
        async with Database(url, pool_min=1, pool_max=1) as database:
            await self.check(database)
            call = asyncio.create_task(database.fetch("SELECT pg_sleep(0.05)", as_=self.A))
            for _ in range(turns):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            await self.check(database, self.A)

    async def test_after_a_killed_backend(self, url: str, contract_owner_url: str) -> None:
        async with (
            Database(url, pool_min=1, pool_max=1) as database,
            rival_of(contract_owner_url) as rival,
        ):
            await self.check(database, self.A)
            (row,) = await database.fetch("SELECT pg_backend_pid() AS pid", as_=self.A)
            await rival.terminate(row["pid"])
            await asyncio.sleep(0.05)
            outcome = await asyncio.gather(
                database.fetch("SELECT 1", as_=self.A), return_exceptions=True
            )
            assert len(outcome) == 1  # refused, or served by a new connection
            await self.check(database, self.A)


def test_texts_that_people_choose_are_no_part_of_an_identity() -> None:
    with pytest.raises(ValueError):
        Identity(role=Role.APP, actor="x'; SET ROLE holdfast_system; --")
