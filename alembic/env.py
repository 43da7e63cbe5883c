"""How Alembic reaches the database and which tables it compares it with.

The address is the main option `sqlalchemy.url` (postgresql://...). Everything runs on asyncpg, the
only driver there is.
"""

import asyncio

import asyncpg
from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from infrastructure.postgres.migrations import LOCK
from infrastructure.postgres.partitions import is_partition
from infrastructure.postgres.tables import metadata
from infrastructure.simulated.tables import metadata as simulator

# Ours, and the simulated payment provider's.
TARGETS = [metadata, simulator]
SCHEMAS = (None, "simulator")


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether to compare it: other schemas of the database are none of our business, and partitions
    are made and dropped all the time."""
    if kind == "table" and name is not None and is_partition(name):
        return False
    return name in SCHEMAS if kind == "schema" else True


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=TARGETS,
        include_schemas=True,
        include_name=is_ours,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        # Before the current revision is read; it ends with the transaction.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()


async def online() -> None:
    address = context.config.get_main_option("sqlalchemy.url")

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        # asyncpg reads the address itself, as it does at run time: options mean the same.
        return await asyncpg.connect(address, server_settings={"application_name": "migrations"})

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=TARGETS, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(online())
