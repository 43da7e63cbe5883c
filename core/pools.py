"""The pools of connections that a process opens, and the database brought up to date."""

import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack

from asyncpg import PostgresError

from core.database import DatabaseAddress
from core.errors import StartError
from core.settings import Settings
from infrastructure.postgres.database import POINT_LOOKUPS, Database
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.migrations import upgrade
from infrastructure.postgres.wakes import Wakes

_logger = logging.getLogger(__name__)

_SHARED_CONNECTIONS = 6


async def open_database(
    settings: Settings, address: DatabaseAddress, prepares: bool, stack: AsyncExitStack
) -> Database:
    least, most = settings.database.pool_min, settings.database.pool_max
    database = connections(settings, address.url, least, most)
    try:
        await stack.enter_async_context(database)
        if not prepares:
            return database
        if settings.database.migrate and not await database.ready():
            await upgrade(address.owner_url)
            await database.renew()
        if await database.ready() and await database.may_do_ddl():
            _logger.warning(
                "DATABASE__URL may change the schema: with DATABASE__MIGRATION_URL beside it, it "
                "can be a login that may not (docs/security.md)"
            )
    except PostgresError as error:  # its text names users and databases, never a password
        raise StartError(f"the database of DATABASE__URL cannot be used: {error}") from error
    return database


async def open_together(
    settings: Settings, url: str, wakes: Wakes, stack: AsyncExitStack
) -> Together | None:
    """What writes and reads for many at once, on connections of its own."""
    if not settings.database.group_commit:
        return None
    shared = connections(settings, url, 2, _SHARED_CONNECTIONS, planning=POINT_LOOKUPS)
    shared.committed = wakes.committed
    together = Together(
        await stack.enter_async_context(shared),
        most_waiting=settings.overload.most_waiting,
        most_per_event=settings.overload.most_per_event,
    )
    stack.push_async_callback(together.close)
    return together


def connections(
    settings: Settings,
    url: str,
    least: int,
    most: int,
    *,
    planning: Mapping[str, str] | None = None,
) -> Database:
    return Database(
        url,
        pool_min=least,
        pool_max=most,
        connect_timeout=settings.database.connect_timeout_seconds,
        statement_timeout=settings.database.statement_timeout_ms / 1000,
        lock_timeout=settings.database.lock_timeout_ms / 1000,
        most_waiting=settings.overload.most_waiting,
        planning=planning,
    )
