"""A small world to sell tickets in, through the real pipeline and operations."""

import asyncio
import itertools
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from application.assembly import Ports, Rules, assemble
from application.hold.create_hold import CreateHold, WantedLine
from application.live.following import FollowingFeed
from application.messages import (
    SYSTEM,
    Actor,
    ActorKind,
    Context,
    Membership,
)
from application.order.create_order import CreateOrder
from application.payment.providers import Providers
from application.ports.identity import Bearer, Purpose
from application.ports.inventory import Inventory
from application.views.hold import HoldView
from application.views.order import OrderView
from domain.event.event import Event, EventDetails
from domain.event.ticket_type import PoolSpec, TicketTypeSpec
from domain.guest.guest import Guest
from domain.hold.hold import Hold
from domain.order.order import Order
from domain.organizer.organizer import Organizer, Role
from domain.session.session import Session
from domain.user.user import User
from infrastructure.argon2.passwords import Argon2Passwords
from infrastructure.calendar.ics import IcsCalendars
from infrastructure.ids.ids import RandomIds
from infrastructure.jwt.tokens import JwtTokens
from infrastructure.memory.feed import MemoryFeed
from infrastructure.memory.figures import MemoryRecentFigures
from infrastructure.memory.limits import MemoryRateLimiter
from infrastructure.memory.retention import MemoryRetention
from infrastructure.memory.wake import MemoryWake
from infrastructure.sealed.seals import HmacSeals
from infrastructure.sealed.vault import AesVault
from shared.errors import AppError
from shared.ids import (
    EventId,
    HoldId,
    OrderId,
    OrganizerId,
    PoolId,
    SessionId,
    TicketTypeId,
    UserId,
)
from tests.contracts.harness import Harness
from tests.contracts.letterbox import Letterbox
from tests.contracts.receivers import Receivers
from tests.contracts.watcher import Watcher

T = TypeVar("T")

IDS = RandomIds()
_SECRETS = ("a secret of the tests, as long as it has to be",)
TOKENS = JwtTokens(_SECRETS)
SEALS = HmacSeals(_SECRETS)
VAULT = AesVault(_SECRETS)
PASSWORDS = Argon2Passwords(time_cost=1, memory_kib=64, lanes=1)
CALENDARS = IcsCalendars(sender="shop@example.com")
SESSION_LASTS = timedelta(days=30)
STARTS_AT = datetime(2030, 6, 1, 20, tzinfo=UTC)
_numbers = itertools.count(1)


def new_key() -> str:
    return f"key-{IDS.uuid()}"


@dataclass(frozen=True, slots=True)
class Caller:
    """A user who is logged in; without a session, a guest.

    `memberships` grow as `World` makes the caller a member: a unit of work begun with `admitted`
    acts with the ones of that moment.
    """

    user_id: UserId
    session_id: SessionId | None
    email: str
    tests_of: OrganizerId | None = None
    memberships: list[Membership] = field(default_factory=list, compare=False)

    def ctx(self, key: str | None = None) -> Context:
        """A call as a face hands it over."""
        return Context(
            request_id=str(IDS.uuid()),
            credentials=TOKENS.issue(Bearer(user_id=self.user_id, session_id=self.session_id)),
            idempotency_key=key,
        )

    @property
    def admitted(self) -> Context:
        """A call as an operation hands it to a unit of work."""
        actor = Actor(
            kind=ActorKind.GUEST if self.session_id is None else ActorKind.USER,
            user_id=self.user_id,
            session_id=self.session_id,
            email=self.email,
            memberships=tuple(self.memberships),
            tests_of=self.tests_of,
        )
        return Context(request_id=str(IDS.uuid()), actor=actor)


@dataclass(frozen=True, slots=True)
class Sale:
    """An event on sale."""

    event: Event

    def type_id(self, name: str) -> TicketTypeId:
        return next(each.id for each in self.event.ticket_types if each.name == name)

    def pool_id(self, name: str) -> PoolId:
        return next(each.id for each in self.event.pools if each.name == name)

    def lines(self, wanted: Mapping[str, int]) -> tuple[WantedLine, ...]:
        return tuple(
            WantedLine(ticket_type_id=self.type_id(name), quantity=quantity)
            for name, quantity in wanted.items()
        )


def new_email() -> str:
    return f"user{next(_numbers)}@example.com"


def new_user(
    email: str | None = None, *, founder: bool = False, id: UserId | None = None, at: datetime
) -> User:
    return User.register(
        id=id or UserId(IDS.uuid()),
        email=email or new_email(),
        name="Ada Lovelace",
        password_hash="$argon2id$…",
        founder=founder,
        at=at,
    )


def new_session(user_id: UserId, *, id: SessionId | None = None, at: datetime) -> Session:
    """As Login starts it."""
    id = id or SessionId(IDS.uuid())
    return Session.start(
        id=id,
        user_id=user_id,
        token_hash=token_hash(id, 0),
        lasts=SESSION_LASTS,
        at=at,
    )


def token_hash(session_id: SessionId, number: int) -> bytes:
    return SEALS.digest(SEALS.seal(Purpose.REFRESH, session_id, number))


def kind(
    name: str,
    capacity: int | None = None,
    *,
    pools: tuple[str, ...] = (),
    price: int = 1000,
    max_per_order: int = 1000,
) -> TicketTypeSpec:
    return TicketTypeSpec(
        id=TicketTypeId(IDS.uuid()),
        own_pool_id=PoolId(IDS.uuid()),
        name=name,
        price_amount=price,
        price_currency="EUR",
        capacity=capacity,
        max_per_order=max_per_order,
        pools=pools,
    )


def draft(
    organizer_id: OrganizerId,
    *kinds: TicketTypeSpec,
    pools: Mapping[str, int] | None = None,
    max_per_buyer: int | None = None,
    name: str = "Concert",
    starts_at: datetime = STARTS_AT,
    offline_payment_hours: int | None = None,
) -> Event:
    return Event.draft(
        id=EventId(IDS.uuid()),
        organizer_id=organizer_id,
        details=EventDetails(
            name=name,
            description="An evening of music.",
            venue="Town hall",
            timezone="Europe/Berlin",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            max_per_buyer=max_per_buyer,
            offline_payment_hours=offline_payment_hours,
        ),
        currency="EUR",
        pools=[
            PoolSpec(id=PoolId(IDS.uuid()), name=each, capacity=capacity)
            for each, capacity in (pools or {}).items()
        ],
        ticket_types=kinds,
        at=datetime.now(UTC),
    )


def refusals(outcomes: Iterable[object]) -> list[str]:
    """The reasons of those that were refused; anything but a refusal or an answer is raised."""
    found: list[str] = []
    for outcome in outcomes:
        if isinstance(outcome, AppError):
            found.append(outcome.reason)
        elif isinstance(outcome, BaseException):
            raise outcome
    return found


async def crowd(calls: Iterable[Awaitable[T]]) -> list[T | BaseException]:
    """All at once; what each came to."""
    return await asyncio.gather(*calls, return_exceptions=True)


class World:
    """The application over the adapter under test, and short ways to what tests need."""

    def __init__(
        self,
        harness: Harness,
        rules: Rules = Rules(),
        providers: Providers = Providers([], "none"),
        inventory: Inventory | None = None,
    ) -> None:
        self.harness = harness
        self.begin = harness.begin
        self.observer = Watcher()
        self.letters = Letterbox()
        self.receivers = Receivers()
        self.ports = Ports(
            begin=harness.begin,
            store=harness.store,
            tokens=TOKENS,
            seals=SEALS,
            standings=harness.standings,
            limiter=MemoryRateLimiter(),
            throttle=harness.throttle,
            passwords=PASSWORDS,
            ids=IDS,
            providers=providers,
            mailer=self.letters,
            calendars=CALENDARS,
            observer=self.observer,
            recent=MemoryRecentFigures(),
            retention=MemoryRetention(),
            log=harness.log,
            feed=FollowingFeed(MemoryFeed(), harness.log, MemoryWake(), timedelta(milliseconds=20)),
            vault=VAULT,
            webhooks=self.receivers,
            inventory=inventory,
        )
        self.application = assemble(self.ports, rules)

    async def now(self) -> datetime:
        async with self.begin(self.system()) as work:
            return await work.now()

    def system(self) -> Context:
        return Context(request_id=str(IDS.uuid()), actor=SYSTEM)

    def anonymous(self) -> Context:
        """Of somebody without credentials."""
        return Context(request_id=str(IDS.uuid()))

    async def user(self, *, verified: bool = False) -> Caller:
        (caller,) = await self.users(1, verified=verified)
        return caller

    async def users(self, count: int, *, verified: bool = False) -> list[Caller]:
        callers: list[Caller] = []
        async with self.begin(self.system()) as work:
            now = await work.now()
            for _ in range(count):
                user = new_user(at=now)
                if verified:
                    user = user.verify_email(at=now)
                session = new_session(user.id, at=now)
                work.users.add(user)
                work.sessions.add(session)
                callers.append(Caller(user.id, session.id, user.email))
            await work.commit(None)
        return callers

    async def guest(
        self, email: str | None = None, *, tests_of: OrganizerId | None = None
    ) -> Caller:
        async with self.begin(self.system()) as work:
            guest = Guest.create(
                id=UserId(IDS.uuid()),
                email=email or new_email(),
                tests_of=tests_of,
                at=await work.now(),
            )
            work.guests.add(guest)
            await work.commit(None)
        return Caller(guest.id, None, guest.email, tests_of)

    async def organizer(self, owner: Caller) -> Organizer:
        organizer = Organizer.create(
            id=OrganizerId(IDS.uuid()),
            name="Town",
            slug=f"town-{next(_numbers)}",
            owner=owner.user_id,
            at=datetime.now(UTC),
        )
        async with self.begin(self.system()) as work:
            work.organizers.add(organizer)
            await work.commit(None)
        owner.memberships.append(Membership(organizer_id=organizer.id, role=Role.OWNER))
        return organizer

    async def join(self, organizer_id: OrganizerId, member: Caller, role: Role) -> Organizer:
        async with self.begin(self.system()) as work:
            stored = await work.organizers.get(organizer_id)
            assert stored is not None
            organizer = stored.join(member.user_id, role, at=await work.now())
            work.organizers.save(organizer)
            await work.commit(None)
        member.memberships.append(Membership(organizer_id=organizer_id, role=role))
        return organizer

    async def stored_organizer(self, organizer_id: OrganizerId) -> Organizer:
        async with self.begin(self.system()) as work:
            organizer = await work.organizers.get(organizer_id)
        assert organizer is not None
        return organizer

    async def add(self, event: Event) -> Event:
        async with self.begin(self.system()) as work:
            work.events.add(event)
            await work.commit(None)
            return event

    async def sale(
        self,
        *kinds: TicketTypeSpec,
        pools: Mapping[str, int] | None = None,
        max_per_buyer: int | None = None,
    ) -> Sale:
        organizer = await self.organizer(await self.user())
        event = draft(organizer.id, *kinds, pools=pools, max_per_buyer=max_per_buyer)
        return Sale(await self.add(event.publish(at=datetime.now(UTC))))

    async def hold(
        self, caller: Caller, sale: Sale, wanted: Mapping[str, int], key: str | None = None
    ) -> HoldView:
        command = CreateHold(event_id=sale.event.id, lines=sale.lines(wanted))
        return await self.application.holds.create(command, caller.ctx(key or new_key()))

    async def order(self, caller: Caller, hold_id: HoldId, key: str | None = None) -> OrderView:
        command = CreateOrder(hold_id=hold_id, buyer_name="Ada", buyer_email="ada@example.com")
        return await self.application.orders.create(command, caller.ctx(key or new_key()))

    async def stored_hold(self, hold_id: HoldId) -> Hold:
        async with self.begin(self.system()) as work:
            hold = await work.holds.get(hold_id)
        assert hold is not None
        return hold

    async def stored_order(self, order_id: OrderId) -> Order:
        async with self.begin(self.system()) as work:
            order = await work.orders.get(order_id)
        assert order is not None
        return order

    async def counters(self, sale: Sale) -> dict[str, tuple[int, int]]:
        """Held and sold of each pool by name, as stored; the books are checked on the way."""
        books = await self.harness.books(sale.event.id)
        for page in books.values():
            page.check()
        return {pool.name: (books[pool.id].held, books[pool.id].sold) for pool in sale.event.pools}

    async def available(self, sale: Sale) -> dict[str, int]:
        """Of each pool by name, as a reader sees it."""
        async with self.begin(self.system()) as work:
            stock, _ = await work.stock.of_event(sale.event.id)
        left = {each.pool_id: each.available for each in stock}
        return {pool.name: left[pool.id] for pool in sale.event.pools}

    async def facts_of(self, aggregate_id: UUID) -> list[str]:
        """The names of its committed facts, in order."""
        entries = await self.harness.outbox()
        return [entry.fact for entry in entries if entry.aggregate_id == aggregate_id]
