"""Migrations: from nothing to the newest schema and back, also by several processes at once."""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from alembic import command

from infrastructure.postgres.database import Database
from infrastructure.postgres.migrations import LOCK, configuration, head, is_at_head, upgrade
from infrastructure.postgres.tables import metadata
from tests.adapters.postgres.rival import rival_of

ROOT = Path(__file__).resolve().parents[3]
TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
)


@pytest.fixture
async def empty_url(postgres_url: str) -> AsyncIterator[str]:
    """A database without any table."""
    name = f"empty_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_url)
    await server.execute(f'CREATE DATABASE "{name}"')
    yield f"{postgres_url.rsplit('/', 1)[0]}/{name}"
    await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await server.close()


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {row["relname"] for row in await connection.fetch(TABLES)}
    finally:
        await connection.close()


async def at_head(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return await is_at_head(connection)
    finally:
        await connection.close()


async def test_up_and_down(empty_url: str) -> None:
    assert not await at_head(empty_url)
    await upgrade(empty_url)
    assert await at_head(empty_url)
    assert await tables(empty_url) == {*map(str, metadata.tables), "alembic_version"}
    await asyncio.to_thread(command.downgrade, configuration(empty_url), "base")
    assert not await at_head(empty_url)
    assert await tables(empty_url) == {"alembic_version"}


async def test_several_processes_at_once(empty_url: str) -> None:
    """And two callers in this one: each waits for the one before, and none fails."""
    program = (
        "import asyncio, sys; from infrastructure.postgres.migrations import upgrade;"
        " asyncio.run(upgrade(sys.argv[1]))"
    )
    others = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty_url, cwd=ROOT)
        for _ in range(2)
    ]
    await asyncio.gather(upgrade(empty_url), upgrade(empty_url))
    assert [await other.wait() for other in others] == [0, 0]
    assert await at_head(empty_url)


async def test_one_waits_for_the_other(empty_url: str) -> None:
    """Before it looks which revision the database is at."""
    async with rival_of(empty_url) as rival:
        await rival.connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        migrating = asyncio.create_task(upgrade(empty_url))
        await rival.waiting()
        assert await tables(empty_url) == set()
        await rival.connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
        await migrating
    assert await at_head(empty_url)


async def test_from_any_folder(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await upgrade(empty_url)
    assert await at_head(empty_url)


async def test_ready_means_the_newest_schema(empty_url: str) -> None:
    async with Database(empty_url, pool_min=1, pool_max=1) as database:
        assert not await database.ready()
        await upgrade(empty_url)
        assert await database.ready()
        await database.fetch("UPDATE alembic_version SET version_num = 'older'")
        assert not await database.ready()
        await database.fetch("UPDATE alembic_version SET version_num = $1", head())
        assert await database.ready()
