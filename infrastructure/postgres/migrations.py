"""The schema's version: bring a database to the newest, and know whether it is there.

Alembic, and SQLAlchemy with it, is loaded by who migrates: a process that finds its schema up to
date is smaller without.
"""

import ast
import asyncio
from functools import cache
from pathlib import Path

import asyncpg

from infrastructure.postgres.connections import Connection

_ROOT = Path(__file__).resolve().parents[2]
_VERSIONS = _ROOT / "alembic" / "versions"
LOCK = 0x486F6C6466617374
"""The advisory lock under which a database is migrated: processes that start together take turns.
Any number would do, as long as nobody locks it for something else."""


async def upgrade(url: str) -> None:
    """To the newest schema, all or nothing. Processes that do this at once wait for each other.

    Raises what the database refuses as its error.
    """
    from infrastructure.postgres.alembic_runner import run

    # Alembic is synchronous, and its environment runs a loop of its own.
    await asyncio.to_thread(run, url)


@cache
def head() -> str:
    """The newest revision this program knows: the one that none comes after."""
    before = dict(_revision(file) for file in _VERSIONS.glob("[0-9]*.py"))
    newest = before.keys() - set(before.values())
    if len(newest) != 1:
        raise RuntimeError(f"the migrations have {len(newest)} ends")
    return newest.pop()


def _revision(file: Path) -> tuple[str, str | None]:
    """Its id and that of the one before: constants at the top of the file, read and not run."""
    found = {
        target.id: ast.literal_eval(line.value)
        for line in ast.parse(file.read_bytes()).body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name) and target.id in ("revision", "down_revision")
    }
    return found["revision"], found["down_revision"]


async def is_at_head(connection: Connection) -> bool:
    """Whether the database has exactly the schema this program was written for."""
    try:
        found = await connection.fetch("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    return [row["version_num"] for row in found] == [head()]
