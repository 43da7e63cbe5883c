"""The composition root: the only place where ports meet adapters."""

import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from asyncpg import PostgresError
from starlette.types import ASGIApp

from application.app import Application
from application.assembly import Ports, assemble, assemble_jobs
from application.background.job import Job
from application.live.following import FollowingFeed
from application.order.local_inventory import LocalInventory
from application.ports.inventory import Inventory
from application.ports.limits import RateLimiter
from application.ports.mail import Mailer
from application.served import operations_of
from application.services import EVERYTHING, Service
from application.webhook.telling import webhooks_consumer
from application.wiring.messaging import jobs as message_jobs
from core.database import DatabaseAddress
from core.demo import Demo
from core.errors import StartError
from core.messaging import messaging
from core.providers import payment_house
from core.remote_inventory import remote_inventory
from core.rules import rules_of
from core.seed import find_demo, is_empty, seed
from core.settings import Settings
from core.watching import watch
from grpc_app.inventory.passports import Passports
from infrastructure.argon2.passwords import Argon2Passwords
from infrastructure.ids.ids import RandomIds
from infrastructure.jwt.tokens import JwtTokens
from infrastructure.mail.console import ConsoleMailer
from infrastructure.mail.files import FileMailer
from infrastructure.memory.feed import MemoryFeed
from infrastructure.memory.figures import MemoryRecentFigures
from infrastructure.memory.limits import MemoryRateLimiter
from infrastructure.postgres.backlogs import PostgresBacklogs
from infrastructure.postgres.database import POINT_LOOKUPS, Database
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.idempotency import PostgresIdempotencyStore
from infrastructure.postgres.log import PostgresFactLog
from infrastructure.postgres.migrations import upgrade
from infrastructure.postgres.retention import PostgresRetention
from infrastructure.postgres.standings import PostgresStandings
from infrastructure.postgres.throttle import PostgresAttemptThrottle
from infrastructure.postgres.unit_of_work import PostgresUnitOfWork
from infrastructure.postgres.wakes import LOG, Wakes
from infrastructure.sealed.seals import HmacSeals
from infrastructure.sealed.vault import AesVault
from infrastructure.webhooks.guard import Guard
from infrastructure.webhooks.sender import HttpWebhookSender
from shared.addresses import networks

_logger = logging.getLogger(__name__)

_DOOR_CONNECTIONS = 4
_SHARED_CONNECTIONS = 6
_STANDING_CONNECTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What a process serves. `demo` is set when the embedded database holds the demo event;
    `pages` are what else the REST face shows, by path; `figures` makes the page of metrics, where
    anything is counted; `end_streams` tells all who watch something that this process ends.
    `operations` are the names of those it answers, `inventory` what other processes may ask here,
    with `passports`."""

    application: Application
    jobs: tuple[Job, ...]
    ready: Callable[[], Awaitable[bool]]
    jwks: Callable[[], Mapping[str, object]]
    pages: Mapping[str, ASGIApp]
    figures: Callable[[], Awaitable[bytes]] | None
    end_streams: Callable[[], None]
    demo: Demo | None
    operations: frozenset[str]
    inventory: Inventory
    passports: Passports


@asynccontextmanager
async def container(
    settings: Settings,
    address: DatabaseAddress,
    *,
    rest_url: str,
    prepares: bool = True,
    processes: int = 1,
    services: frozenset[Service] = EVERYTHING,
    inventory: str | None = None,
) -> AsyncIterator[Container]:
    """Everything, opened in order and closed in reverse.

    `rest_url` is where the REST face can be reached, for the simulated provider's webhooks and
    pages. Who `prepares` the database brings its schema up to date and puts the demo into it; of
    several `processes` that serve together, one. It may be a part of the `services` alone, and the
    holds may be kept by another process, at the address `inventory`. Raises StartError,
    DatabaseUnavailable.
    """
    async with AsyncExitStack() as stack:
        url = address.url
        database = await _open_database(settings, address, prepares, stack)
        # Who calls is looked up on connections of its own: they always speak for the door, and
        # whoever keeps the others busy keeps nobody from being recognized.
        door = await stack.enter_async_context(
            _connections(settings, url, 1, _DOOR_CONNECTIONS, planning=POINT_LOOKUPS)
        )
        standings = PostgresStandings(door, keeps=_DOOR_CONNECTIONS // 2)
        stack.push_async_callback(standings.close)
        # Attempts at passwords stand in one line, and nobody else behind it.
        guessing = await stack.enter_async_context(_connections(settings, url, 1, 2))
        secrets = _secrets(settings)
        passports = Passports(secrets)
        rules = rules_of(settings, processes=processes)
        watching = await watch(settings, PostgresBacklogs(database), stack)
        payments = await payment_house(
            settings,
            url,
            secrets[0],
            rest_url=rest_url,
            every=rules.work_every,
            observer=watching.observer,
            stack=stack,
        )
        tokens = JwtTokens(
            secrets,
            issuer=settings.auth.issuer,
            audience=settings.auth.audience,
            ttl_seconds=settings.auth.access_token_ttl_seconds,
            guest_ttl_seconds=settings.auth.guest_token_ttl_seconds,
        )
        # Who listens for commits, and who has the locks of readers of the log.
        standing = await stack.enter_async_context(
            _connections(settings, url, 0, _STANDING_CONNECTIONS)
        )
        wakes = Wakes(standing)
        together = await _together(settings, url, wakes, stack)
        database.committed = wakes.committed
        wakes.start()
        stack.push_async_callback(wakes.close)
        log = PostgresFactLog(database)
        feed = FollowingFeed(MemoryFeed(), log, wakes.waiter(LOG), rules.live_every)
        stack.push_async_callback(feed.close)
        ports = Ports(
            begin=PostgresUnitOfWork.starter(database, key_wait=rules.key_wait, together=together),
            store=PostgresIdempotencyStore(database),
            tokens=tokens,
            seals=HmacSeals(secrets),
            standings=standings,
            limiter=_limiter(settings, stack),
            throttle=PostgresAttemptThrottle(guessing),
            passwords=Argon2Passwords(
                threads=settings.auth.password_threads,
                memory_kib=settings.auth.password_memory_kib,
            ),
            ids=RandomIds(),
            providers=payments.providers,
            mailer=_mailer(settings),
            observer=watching.observer,
            recent=MemoryRecentFigures(),
            retention=PostgresRetention(database),
            vault=AesVault(secrets),
            webhooks=_webhook_sender(settings, stack),
            log=log,
            feed=feed,
            full=lambda priority: database.full(priority) or door.full(priority),
            inventory=remote_inventory(inventory, passports, stack),
        )
        application = assemble(ports, rules)
        carrying = messaging(settings, ports, standing, wakes, stack)
        watching.vitals(application, {"main": database.use, "door": door.use})
        yield Container(
            application=application,
            jobs=(
                *assemble_jobs(ports, rules),
                *payments.jobs,
                *message_jobs(carrying, (webhooks_consumer(ports.ids),)),
            ),
            ready=database.ready,
            jwks=tokens.jwks,
            pages=payments.pages if Service.ORDERS in services else {},
            figures=watching.page,
            end_streams=feed.end,
            demo=await _demo(settings, application, ports) if prepares else None,
            operations=operations_of(application, services),
            inventory=LocalInventory(ports.begin, ports.ids),
            passports=passports,
        )


async def _open_database(
    settings: Settings, address: DatabaseAddress, prepares: bool, stack: AsyncExitStack
) -> Database:
    least, most = settings.database.pool_min, settings.database.pool_max
    database = _connections(settings, address.url, least, most)
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


async def _together(
    settings: Settings, url: str, wakes: Wakes, stack: AsyncExitStack
) -> Together | None:
    """What writes and reads for many at once, on connections of its own."""
    if not settings.database.group_commit:
        return None
    shared = _connections(settings, url, 2, _SHARED_CONNECTIONS, planning=POINT_LOOKUPS)
    shared.committed = wakes.committed
    together = Together(
        await stack.enter_async_context(shared),
        most_waiting=settings.overload.most_waiting,
        most_per_event=settings.overload.most_per_event,
    )
    stack.push_async_callback(together.close)
    return together


def _connections(
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


def _secrets(settings: Settings) -> list[str]:
    """The newest first: with it everything new is signed."""
    previous = settings.secret_key_previous
    older = [previous.get_secret_value()] if previous else []
    return [settings.secret_key.get_secret_value(), *older]


def _limiter(settings: Settings, stack: AsyncExitStack) -> RateLimiter:
    own = MemoryRateLimiter()
    if settings.redis.url is None:
        return own

    from infrastructure.redis.limits import RedisRateLimiter  # its driver: for those who use it

    shared = RedisRateLimiter(
        settings.redis.url.get_secret_value(),
        prefix="holdfast:limits:",
        fallback=own,
        timeout_seconds=settings.redis.timeout_seconds,
    )
    stack.push_async_callback(shared.close)
    return shared


def _webhook_sender(settings: Settings, stack: AsyncExitStack) -> HttpWebhookSender:
    chosen = settings.webhooks
    guard = Guard(
        allow_http=chosen.allow_http,
        networks=networks(chosen.allowed_networks),
        ports=frozenset(chosen.allowed_ports),
    )
    sender = HttpWebhookSender(guard, timeout_seconds=chosen.timeout_seconds)
    stack.push_async_callback(sender.close)
    return sender


def _mailer(settings: Settings) -> Mailer:
    chosen = settings.mail
    match chosen.chosen:
        case "smtp" if chosen.smtp_host is not None:
            from infrastructure.mail.smtp import SmtpMailer  # as above

            password = chosen.smtp_password
            return SmtpMailer(
                chosen.smtp_host,
                chosen.smtp_port,
                sender=chosen.sender,
                user=chosen.smtp_user,
                password=password.get_secret_value() if password else None,
                tls=chosen.smtp_tls,
                timeout=chosen.smtp_timeout_seconds,
            )
        case "console":
            return ConsoleMailer(sys.stderr)
        case _:
            return FileMailer(settings.data_dir / "mail", sender=chosen.sender)


async def _demo(settings: Settings, application: Application, ports: Ports) -> Demo | None:
    """Only ever in the embedded database, and only into an empty one."""
    if not settings.is_embedded:
        return None
    request_id = str(ports.ids.uuid())
    if await is_empty(ports.begin, request_id):
        await seed(application, ports, request_id)
    return await find_demo(ports.begin, request_id)
