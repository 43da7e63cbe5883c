"""Alembic, run on our migrations."""

import threading
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

_ROOT = Path(__file__).resolve().parents[2]

# Alembic keeps what it is at in globals of its own. Other processes wait at the database (env.py).
_ONE_AT_A_TIME = threading.Lock()


def configuration(url: str = "") -> Config:
    """Alembic's settings for the database at `url` (postgresql://), whatever folder we run in."""
    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "alembic"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def run(url: str) -> None:
    """To the newest schema. Raises what the database refuses as its error."""
    try:
        with _ONE_AT_A_TIME:
            command.upgrade(configuration(url), "head")
    except DBAPIError as error:
        # What the database said, without the statement around it: it may say who has to do what.
        said = getattr(error.orig, "__cause__", None)
        raise said if isinstance(said, asyncpg.PostgresError) else error
