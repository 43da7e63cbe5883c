"""The composition root: the only place where ports meet adapters."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp

from application.app import Application
from application.assembly import Ports, assemble, assemble_jobs
from application.background.job import Job
from application.event.availability_projection import availability_consumer
from application.live.following import FollowingFeed
from application.notification.noting import notifications_consumer
from application.order.local_inventory import LocalInventory
from application.payment.following import payments_consumer
from application.ports.inventory import Inventory
from application.served import operations_of
from application.services import EVERYTHING, Service
from application.user.user_projection import users_consumers
from application.webhook.telling import webhooks_consumer
from application.wiring.messaging import jobs as message_jobs
from application.wiring.parts import Parts
from core.chosen import chosen_mailer, comforts, secrets_of, webhook_sender
from core.database import DatabaseAddress
from core.demo import Demo
from core.messaging import messaging
from core.pools import connections, open_database, open_together
from core.providers import payment_house
from core.remote_inventory import remote_inventory
from core.rules import rules_of
from core.seed import find_demo, is_empty, seed
from core.settings import Settings
from core.watching import watch
from grpc_app.inventory.passports import Passports
from infrastructure.argon2.passwords import Argon2Passwords
from infrastructure.calendar.ics import IcsCalendars
from infrastructure.ids.ids import RandomIds
from infrastructure.jwt.tokens import JwtTokens
from infrastructure.memory.feed import MemoryFeed
from infrastructure.postgres.backlogs import PostgresBacklogs
from infrastructure.postgres.database import POINT_LOOKUPS
from infrastructure.postgres.idempotency import PostgresIdempotencyStore
from infrastructure.postgres.log import PostgresFactLog
from infrastructure.postgres.retention import PostgresRetention
from infrastructure.postgres.standings import PostgresStandings
from infrastructure.postgres.throttle import PostgresAttemptThrottle
from infrastructure.postgres.unit_of_work import PostgresUnitOfWork
from infrastructure.postgres.wakes import LOG, Wakes
from infrastructure.sealed.seals import HmacSeals
from infrastructure.sealed.vault import AesVault

_DOOR_CONNECTIONS = 4
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
    answers: bool = True,
    services: frozenset[Service] = EVERYTHING,
    inventory: str | None = None,
) -> AsyncIterator[Container]:
    """Everything, opened in order and closed in reverse.

    `rest_url` is where the REST face can be reached, for the simulated provider's webhooks and
    pages. Who `prepares` the database brings its schema up to date and puts the demo into it; of
    several `processes` that serve together, one. Who `answers` calls works in smaller pieces
    beside them. It may be a part of the `services` alone, and the holds may be kept by another
    process, at the address `inventory`. Raises StartError, DatabaseUnavailable.
    """
    async with AsyncExitStack() as stack:
        url = address.url
        database = await open_database(settings, address, prepares, stack)
        # Who calls is looked up on connections of its own: they always speak for the door, and
        # whoever keeps the others busy keeps nobody from being recognized.
        door = await stack.enter_async_context(
            connections(settings, url, 1, _DOOR_CONNECTIONS, planning=POINT_LOOKUPS)
        )
        standings = PostgresStandings(door, keeps=_DOOR_CONNECTIONS // 2)
        stack.push_async_callback(standings.close)
        # Attempts at passwords stand in one line, and nobody else behind it.
        guessing = await stack.enter_async_context(connections(settings, url, 1, 2))
        secrets = secrets_of(settings)
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
            connections(settings, url, 0, _STANDING_CONNECTIONS)
        )
        wakes = Wakes(standing)
        together = await open_together(settings, url, wakes, stack)
        database.committed = wakes.committed
        wakes.start()
        stack.push_async_callback(wakes.close)
        log = PostgresFactLog(database)
        feed = FollowingFeed(MemoryFeed(), log, wakes.waiter(LOG), rules.live_every)
        stack.push_async_callback(feed.close)
        shared = comforts(settings, stack)
        ports = Ports(
            begin=PostgresUnitOfWork.starter(database, key_wait=rules.key_wait, together=together),
            store=PostgresIdempotencyStore(database),
            tokens=tokens,
            seals=HmacSeals(secrets),
            standings=standings,
            limiter=shared.limiter,
            throttle=PostgresAttemptThrottle(guessing),
            passwords=Argon2Passwords(
                threads=settings.auth.password_threads,
                memory_kib=settings.auth.password_memory_kib,
            ),
            ids=RandomIds(),
            providers=payments.providers,
            mailer=chosen_mailer(settings),
            calendars=IcsCalendars(sender=settings.mail.sender),
            observer=watching.observer,
            recent=shared.recent,
            retention=PostgresRetention(database),
            vault=AesVault(secrets),
            webhooks=webhook_sender(settings, stack),
            log=log,
            feed=feed,
            full=lambda priority: database.full(priority) or door.full(priority),
            inventory=remote_inventory(inventory, passports, stack),
        )
        application = assemble(ports, rules)
        carrying = messaging(settings, ports, standing, wakes, beside_calls=answers, stack=stack)
        watching.vitals(application, {"main": database.use, "door": door.use})
        yield Container(
            application=application,
            jobs=(
                *assemble_jobs(ports, rules),
                *payments.jobs,
                *message_jobs(
                    carrying,
                    (
                        webhooks_consumer(ports.ids),
                        notifications_consumer(ports.ids),
                        availability_consumer(shared.recent),
                        *users_consumers(shared.cards),
                        payments_consumer(ports.begin, Parts(ports, rules).process),
                    ),
                ),
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


async def _demo(settings: Settings, application: Application, ports: Ports) -> Demo | None:
    """Only ever in the embedded database, and only into an empty one."""
    if not settings.is_embedded:
        return None
    request_id = str(ports.ids.uuid())
    if await is_empty(ports.begin, request_id):
        await seed(application, ports, request_id)
    return await find_demo(ports.begin, request_id)
