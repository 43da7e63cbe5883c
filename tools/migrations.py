"""Migrations from the command line.

    python -m tools.migrations upgrade            the configured database, to the newest schema
    python -m tools.migrations revision MESSAGE   write one for what changed in the tables
    python -m tools.migrations check              up, equal to the tables, down to nothing, up
    python -m tools.migrations sql FOLDER         each as SQL, in a file of its own

All but `upgrade` work on a throw-away embedded PostgreSQL, never on the configured one.
"""

import argparse
import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from core.settings import settings_or_exit
from infrastructure.postgres import migrations
from infrastructure.postgres.alembic_runner import configuration
from infrastructure.postgres.embedded import EmbeddedPostgres

# What migrating down to the base must not leave behind, in any schema; Alembic's own table stays.
LEFTOVERS = """
    WITH ours AS (
        SELECT oid, nspname FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    )
    SELECT 'schema ' || nspname FROM ours WHERE nspname <> 'public'
    UNION ALL
    SELECT 'relation ' || relname FROM pg_class JOIN ours ON ours.oid = relnamespace
    WHERE relname !~ '^alembic_version'
    UNION ALL
    SELECT 'type ' || typname FROM pg_type JOIN ours ON ours.oid = typnamespace
    WHERE typname !~ '^_?alembic_version'
    UNION ALL
    SELECT 'function ' || proname FROM pg_proc JOIN ours ON ours.oid = pronamespace
    ORDER BY 1
"""


@asynccontextmanager
async def throw_away() -> AsyncIterator[str]:
    """The address of an empty database that is gone afterwards; its durability is switched off."""
    with TemporaryDirectory(prefix="holdfast-migrations-") as folder:
        fast = {"fsync": "off", "synchronous_commit": "off"}
        async with EmbeddedPostgres(Path(folder) / "postgres", settings=fast) as server:
            yield server.url()


async def upgrade() -> None:
    settings = settings_or_exit()
    if settings.database.url is not None:
        url = settings.database.migration_url or settings.database.url
        await migrations.upgrade(url.get_secret_value())
        return
    async with EmbeddedPostgres(
        settings.data_dir / "postgres",
        port=settings.database.embedded_port,
        user=settings.database.embedded_user,
    ) as server:
        await migrations.upgrade(server.url())


async def revision(message: str) -> None:
    async with throw_away() as url:
        config = configuration(url)
        await migrations.upgrade(url)
        await asyncio.to_thread(command.revision, config, message, autogenerate=True)


async def check() -> None:
    """Raises CommandError where migrations and tables differ or a way down is incomplete."""
    async with throw_away() as url:
        config = configuration(url)
        await migrations.upgrade(url)
        await asyncio.to_thread(command.check, config)
        await asyncio.to_thread(command.downgrade, config, "base")
        connection = await asyncpg.connect(url)
        try:
            left = [row[0] for row in await connection.fetch(LEFTOVERS)]
        finally:
            await connection.close()
        if left:
            raise CommandError(f"downgrading to base leaves {', '.join(left)}")
        await migrations.upgrade(url)
        await asyncio.to_thread(command.check, config)


def sql(folder: Path) -> None:
    """One file per revision, so that a linter does not take an old table for a new one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    scripts = ScriptDirectory.from_config(configuration())
    for script in scripts.walk_revisions():
        before = "base" if script.down_revision is None else script.down_revision
        with (folder / f"{script.revision}.sql").open("w") as file:
            config = configuration()
            config.output_buffer = file
            command.upgrade(config, f"{before}:{script.revision}", sql=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.migrations")
    actions = parser.add_subparsers(dest="action", required=True)
    for name in ("upgrade", "check"):
        actions.add_parser(name)
    actions.add_parser("sql").add_argument("folder", type=Path)
    actions.add_parser("revision").add_argument("message")
    options = parser.parse_args(arguments)
    if options.action == "revision" and not options.message.strip():
        parser.error('a revision needs a message: make revision m="what changed"')
    try:
        match options.action:
            case "upgrade":
                asyncio.run(upgrade())
            case "revision":
                asyncio.run(revision(options.message))
            case "check":
                asyncio.run(check())
            case "sql":
                sql(options.folder)
    except CommandError as error:
        print(f"{options.action}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
