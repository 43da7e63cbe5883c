"""The composition root: the only place where ports meet adapters."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from asyncpg import PostgresError
from starlette.types import ASGIApp

from application.app import Application
from application.assembly import Ports, Rules, assemble, assemble_jobs
from application.background.job import Job
from application.payment.providers import Providers
from core.errors import StartError
from core.secret_key import derived
from core.seed import Demo, find_demo, is_empty, seed
from core.settings import Settings
from core.telemetry import LogObserver
from domain.hold.hold import HoldTerms
from infrastructure.argon2.passwords import Argon2Passwords
from infrastructure.ids.ids import RandomIds
from infrastructure.jwt.tokens import JwtTokens
from infrastructure.postgres.database import Database
from infrastructure.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from infrastructure.postgres.idempotency import PostgresIdempotencyStore
from infrastructure.postgres.migrations import upgrade
from infrastructure.postgres.unit_of_work import PostgresUnitOfWork
from infrastructure.simulated.courier import WebhookCourier
from infrastructure.simulated.errors import StorageUnavailable
from infrastructure.simulated.pages import approval_app
from infrastructure.simulated.payments import NAME, SimulatedPayments
from infrastructure.simulated.postgres import PostgresStorage
from infrastructure.simulated.provider import SimulatedProvider
from shared.errors import DatabaseUnavailable

_SIMULATOR_ROUND = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What a process serves. `demo` is set when the embedded database holds the demo event;
    `pages` are what else the REST face shows, by path."""

    application: Application
    jobs: tuple[Job, ...]
    ready: Callable[[], Awaitable[bool]]
    pages: Mapping[str, ASGIApp]
    demo: Demo | None
    failed: Callable[[], Awaitable[str]]
    """Waits for something this process cannot go on without to end; answers what to say."""


@asynccontextmanager
async def container(settings: Settings, *, rest_url: str) -> AsyncIterator[Container]:
    """Everything, opened in order and closed in reverse.

    `rest_url` is where the REST face can be reached, for the simulated provider's webhooks and
    pages. Raises StartError, DatabaseUnavailable.
    """
    async with AsyncExitStack() as stack:
        url, failed = await _database_url(settings, stack)
        database = await _open_database(settings, url, stack)
        secret = settings.secret_key.get_secret_value()
        webhook_secret = _webhook_secret(settings, secret)
        provider, courier = await _simulator(settings, url, webhook_secret, rest_url, stack)
        rules = _rules(settings)
        ports = Ports(
            begin=PostgresUnitOfWork.starter(database, key_wait=rules.key_wait),
            store=PostgresIdempotencyStore(database),
            tokens=JwtTokens(
                secret,
                issuer=settings.auth.issuer,
                audience=settings.auth.audience,
                ttl_seconds=settings.auth.access_token_ttl_seconds,
            ),
            passwords=Argon2Passwords(
                threads=settings.auth.password_threads,
                memory_kib=settings.auth.password_memory_kib,
            ),
            ids=RandomIds(),
            providers=Providers(
                {NAME: SimulatedPayments(provider, secret=webhook_secret)},
                settings.payment.default_provider,
            ),
            observer=LogObserver(),
        )
        application = assemble(ports, rules)
        yield Container(
            application=application,
            jobs=(*assemble_jobs(ports, rules), *_simulator_jobs(provider, courier, rules)),
            ready=database.ready,
            pages={"/simulated": approval_app(provider)},
            demo=await _demo(settings, application, ports),
            failed=failed,
        )


async def _database_url(
    settings: Settings, stack: AsyncExitStack
) -> tuple[str, Callable[[], Awaitable[str]]]:
    """The address, and how one learns that the server is gone for good: another server's matter is
    not ours, it may come back any time."""
    if settings.database.url is not None:
        return settings.database.url.get_secret_value(), _never
    embedded = EmbeddedPostgres(
        settings.data_dir / "postgres",
        port=settings.database.embedded_port,
        user=settings.database.embedded_user,
    )
    try:
        server = await stack.enter_async_context(embedded)
    except EmbeddedPostgresError as error:
        raise StartError(str(error)) from error
    return server.url(), server.ended


async def _never() -> str:
    await asyncio.Event().wait()
    return ""


async def _open_database(settings: Settings, url: str, stack: AsyncExitStack) -> Database:
    database = Database(
        url,
        pool_min=settings.database.pool_min,
        pool_max=settings.database.pool_max,
        connect_timeout=settings.database.connect_timeout_seconds,
        statement_timeout=settings.database.statement_timeout_ms / 1000,
        lock_timeout=settings.database.lock_timeout_ms / 1000,
    )
    try:
        await stack.enter_async_context(database)
        if settings.database.migrate:
            await upgrade(url)
    except PostgresError as error:  # its text names users and databases, never a password
        raise StartError(f"the database of DATABASE__URL cannot be used: {error}") from error
    return database


def _rules(settings: Settings) -> Rules:
    every = timedelta(seconds=settings.payment.completion_interval_seconds)
    return Rules(
        hold_terms=HoldTerms(
            ttl=timedelta(seconds=settings.holds.ttl_seconds),
            longest=timedelta(seconds=settings.holds.max_ttl_seconds),
        ),
        payment_extension=timedelta(seconds=settings.holds.payment_extension_seconds),
        key_wait=timedelta(seconds=settings.idempotency.wait_seconds),
        keys_kept=timedelta(hours=settings.idempotency.ttl_hours),
        sweep_every=timedelta(seconds=settings.holds.sweep_interval_seconds),
        work_every=every,
    )


def _webhook_secret(settings: Settings, secret: str) -> bytes:
    chosen = settings.payment.simulated.webhook_secret
    text = chosen.get_secret_value() if chosen else derived(secret, "simulated webhooks")
    return text.encode()


async def _simulator(
    settings: Settings, url: str, webhook_secret: bytes, rest_url: str, stack: AsyncExitStack
) -> tuple[SimulatedProvider, WebhookCourier]:
    """The provider lives behind the same roof, but on connections of its own."""
    chosen = settings.payment.simulated
    jitter = timedelta(seconds=chosen.jitter_seconds)
    storage = await stack.enter_async_context(PostgresStorage(url))
    provider = SimulatedProvider(
        storage,
        public_url=chosen.public_url or rest_url,
        late=timedelta(seconds=chosen.late_seconds),
        jitter=jitter,
    )
    courier = WebhookCourier(
        storage,
        url=chosen.webhook_url or f"{rest_url}/api/v1/payments/webhooks/{NAME}",
        secret=webhook_secret,
        duplicates=chosen.duplicates,
        jitter=jitter,
    )
    return provider, await stack.enter_async_context(courier)


def _simulator_jobs(
    provider: SimulatedProvider, courier: WebhookCourier, rules: Rules
) -> tuple[Job, ...]:
    def job(name: str, run: Callable[[], Awaitable[int]]) -> Job:
        async def reachable() -> int:
            try:
                return await run()
            except StorageUnavailable as error:
                raise DatabaseUnavailable() from error

        return Job(name=name, every=rules.work_every, full=_SIMULATOR_ROUND, run=reachable)

    return (
        job("simulated_provider", provider.tick),
        job("simulated_webhooks", courier.deliver),
    )


async def _demo(settings: Settings, application: Application, ports: Ports) -> Demo | None:
    """Only ever in the embedded database, and only into an empty one."""
    if not settings.is_embedded:
        return None
    request_id = str(ports.ids.uuid())
    if await is_empty(ports.begin, request_id):
        await seed(application, request_id)
    return await find_demo(ports.begin, request_id)
