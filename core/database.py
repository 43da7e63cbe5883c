"""Which database a process uses, and the embedded server, where it is that one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from core.errors import StartError
from core.settings import Settings

_LEAST_CONNECTIONS = 100
_OTHER_CONNECTIONS = 29
"""Of a process beside those of DATABASE__POOL_MAX: the door, guesses, groups, the log, the
simulated provider; and some for who looks at the database from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAddress:
    """Where it is for us (`url`) and for migrations (`owner_url`); the texts hold passwords."""

    url: str = field(repr=False)
    owner_url: str = field(repr=False)


async def never() -> str:
    """Another server's end is not ours: it may come back any time."""
    await asyncio.Event().wait()
    return ""


@asynccontextmanager
async def database_of(
    settings: Settings, *, processes: int = 1
) -> AsyncIterator[tuple[DatabaseAddress, Callable[[], Awaitable[str]]]]:
    """The address, and what waits for the end of a server that is ours. The embedded server runs
    in between. Raises StartError."""
    if settings.database.url is not None:
        owner = settings.database.migration_url or settings.database.url
        yield (
            DatabaseAddress(
                url=settings.database.url.get_secret_value(), owner_url=owner.get_secret_value()
            ),
            never,
        )
        return

    from infrastructure.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError

    connections = processes * (settings.database.pool_max + _OTHER_CONNECTIONS)
    embedded = EmbeddedPostgres(
        settings.data_dir / "postgres",
        port=settings.database.embedded_port,
        user=settings.database.embedded_user,
        settings={"max_connections": str(max(_LEAST_CONNECTIONS, connections))},
    )
    async with AsyncExitStack() as stack:
        try:
            server = await stack.enter_async_context(embedded)
        except EmbeddedPostgresError as error:
            raise StartError(str(error)) from error
        yield DatabaseAddress(url=server.login_url(), owner_url=server.url()), server.ended
