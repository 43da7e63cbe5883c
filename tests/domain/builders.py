"""Valid aggregates of every state, to change one thing about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from domain.event.event import Event, EventDetails, EventState
from domain.event.ticket_type import PoolSpec, TicketTypeSpec
from domain.hold.hold import Hold, HoldState, HoldTerms
from domain.line import Line
from domain.order.order import Buyer, Order, OrderState
from domain.order.payment import Goal, Payment, PaymentState
from domain.organizer.organizer import Organizer, Role
from domain.session.session import Session
from domain.user.user import User
from shared.ids import (
    EventId,
    HoldId,
    OrderId,
    OrganizerId,
    PaymentId,
    PoolId,
    SessionId,
    TicketTypeId,
    UserId,
)
from shared.money import Money

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TERMS = HoldTerms(ttl=timedelta(minutes=5), longest=timedelta(minutes=30))
DEADLINE = AT + TERMS.ttl

_NAMES = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


def uid(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(_NAMES, name)


def pool_id(name: str = "hall") -> PoolId:
    return PoolId(uid(f"pool {name}"))


def type_id(name: str = "standing") -> TicketTypeId:
    return TicketTypeId(uid(f"type {name}"))


def details(**changes: object) -> EventDetails:
    valid = EventDetails(
        name="Concert",
        description="An evening of music.",
        venue="Town hall",
        timezone="Europe/Berlin",
        starts_at=AT + timedelta(days=30),
        ends_at=AT + timedelta(days=30, hours=3),
        max_per_buyer=None,
    )
    return replace(valid, **changes)  # type: ignore[arg-type]  # fields by name


def ticket_type(name: str = "standing", /, **changes: object) -> TicketTypeSpec:
    valid = TicketTypeSpec(
        id=type_id(name),
        own_pool_id=pool_id(name),
        name=name,
        price_amount=1250,
        price_currency="EUR",
        capacity=100,
        max_per_order=None,
        pools=(),
    )
    return replace(valid, **changes)  # type: ignore[arg-type]  # fields by name


def pool(name: str = "hall", capacity: int = 100) -> PoolSpec:
    return PoolSpec(id=pool_id(name), name=name, capacity=capacity)


def event(state: EventState = EventState.DRAFT, *types: TicketTypeSpec) -> Event:
    made = Event.draft(
        id=EventId(uid("event")),
        organizer_id=OrganizerId(uid("organizer")),
        details=details(),
        currency="EUR",
        pools=[],
        ticket_types=types or [ticket_type()],
        at=AT,
    )
    return loaded_event(made, state)


def loaded_event(made: Event, state: EventState) -> Event:
    return replace(made, state=state, facts=())


def hold(state: HoldState = HoldState.ACTIVE, *, price: int = 1250, ordered: bool = False) -> Hold:
    made = Hold.place(
        id=HoldId(uid("hold")),
        event_id=EventId(uid("event")),
        organizer_id=OrganizerId(uid("organizer")),
        buyer_id=UserId(uid("buyer")),
        lines=(
            Line(
                ticket_type_id=type_id(),
                quantity=2,
                unit_price=Money(price, "EUR"),
                pool_ids=(pool_id(),),
            ),
        ),
        currency="EUR",
        terms=TERMS,
        at=AT,
    )
    ended_at = None if state is HoldState.ACTIVE else AT
    return replace(made, state=state, ordered=ordered, ended_at=ended_at, facts=())


def order(state: OrderState = OrderState.PENDING_PAYMENT, *, price: int = 1250) -> Order:
    line = Line(
        ticket_type_id=type_id(),
        quantity=2,
        unit_price=Money(price, "EUR"),
        pool_ids=(pool_id(),),
    )
    made = Order.place(
        id=OrderId(uid("order")),
        number="HF-1",
        event_id=EventId(uid("event")),
        organizer_id=OrganizerId(uid("organizer")),
        hold_id=HoldId(uid("hold")),
        buyer_id=UserId(uid("buyer")),
        buyer=Buyer(name="Ada", email="ada@example.com"),
        lines=(line,),
        total=line.unit_price * line.quantity,
        deadline=DEADLINE,
        at=AT,
    )
    return replace(made, state=state, facts=())


def payment(state: PaymentState = PaymentState.CREATED, goal: Goal = Goal.COLLECT) -> Payment:
    made = Payment.start(
        id=PaymentId(uid("payment")),
        order_id=OrderId(uid("order")),
        attempt=1,
        provider="simulated",
        method="succeed",
        amount=Money(2500, "EUR"),
        due_at=AT + 15 * SECOND,
        at=AT,
    )
    return replace(made, state=state, goal=goal, facts=())


def user(name: str = "user", **changes: object) -> User:
    made = User.register(
        id=UserId(uid(name)),
        email=f"{name}@example.com",
        name="Ada",
        password_hash="h",
        founder=False,
        at=AT,
    )
    return replace(made, facts=(), **changes)  # type: ignore[arg-type]  # fields by name


def session(**changes: object) -> Session:
    made = Session.start(
        id=SessionId(uid("session")),
        user_id=UserId(uid("user")),
        token_hash=b"0" * 32,
        lasts=timedelta(days=30),
        at=AT,
    )
    return replace(made, facts=(), **changes)  # type: ignore[arg-type]  # fields by name


def organizer(*members: tuple[str, Role]) -> Organizer:
    """Owned by "owner", with these members beside."""
    made = Organizer.create(
        id=OrganizerId(uid("organizer")),
        name="Town",
        slug="town",
        owner=UserId(uid("owner")),
        at=AT,
    )
    for name, role in members:
        made = made.join(UserId(uid(name)), role, at=AT)
    return replace(made, version=1, facts=())
