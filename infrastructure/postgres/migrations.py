"""The schema's version: bring a database to the newest, and know whether it is there."""

import asyncio
import threading
from functools import cache
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from infrastructure.postgres.connections import Connection

_ROOT = Path(__file__).resolve().parents[2]
LOCK = 0x486F6C6466617374
"""The advisory lock under which a database is migrated: processes that start together take turns.
Any number would do, as long as nobody locks it for something else."""

# Alembic keeps what it is at in globals of its own. Other processes wait at the database (env.py).
_ONE_AT_A_TIME = threading.Lock()


def configuration(url: str = "") -> Config:
    """Alembic's settings for the database at `url` (postgresql://), whatever folder we run in."""
    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "alembic"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


async def upgrade(url: str) -> None:
    """To the newest schema, all or nothing. Processes that do this at once wait for each other.

    Raises what the database refuses as its error.
    """
    # Alembic is synchronous, and its environment runs a loop of its own.
    try:
        await asyncio.to_thread(_upgrade, url)
    except DBAPIError as error:
        # What the database said, without the statement around it: it may say who has to do what.
        said = getattr(error.orig, "__cause__", None)
        raise said if isinstance(said, asyncpg.PostgresError) else error


def _upgrade(url: str) -> None:
    with _ONE_AT_A_TIME:
        command.upgrade(configuration(url), "head")


@cache
def head() -> str:
    """The newest revision this program knows."""
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    if revision is None:
        raise RuntimeError("there are no migrations")
    return revision


async def is_at_head(connection: Connection) -> bool:
    """Whether the database has exactly the schema this program was written for."""
    try:
        found = await connection.fetch("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    return [row["version_num"] for row in found] == [head()]
