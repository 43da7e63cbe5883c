"""The roles of the database: what each may do at all, and that nobody borrows another one's."""

import asyncio

import asyncpg
import pytest

from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import DOOR, SYSTEM, Identity, Role, assume
from infrastructure.postgres.tables import metadata
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.rival import rival_of
from tests.adapters.postgres.scene import NOT_FOR_THE_APP

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
      AND NOT relispartition AND relname <> 'alembic_version'
"""
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
