"""The demo: an organizer, an event on sale and a buyer, for an embedded database that is empty."""

from datetime import UTC, datetime, timedelta

from application.app import Application
from application.assembly import Ports
from application.auth.login import Login
from application.event.create_event import CreateEvent
from application.event.publish_event import PublishEvent
from application.event.specs import NewPool, NewTicketType
from application.messages import Context
from application.organizer.create_organizer import CreateOrganizer
from application.ports.repositories import EventFilter
from application.ports.unit_of_work import Begin
from core.demo import Demo
from domain.event.event import EventState
from domain.user.user import User
from shared.ids import UserId

ORGANIZER_EMAIL, BUYER_EMAIL = "organizer@demo.example", "buyer@demo.example"
DEMO_PASSWORD = "demo-password"  # nosec B105: of accounts that exist in demo databases only


async def is_empty(begin: Begin, request_id: str) -> bool:
    """Whether nobody has ever registered here."""
    async with begin(Context.system(request_id)) as work:
        return not await work.users.exist()


async def seed(application: Application, ports: Ports, request_id: str) -> None:
    """Through the operations, like everybody else; apart from the accounts, whose password the
    whole world knows: the first one who really registers shall be the superuser."""
    await _accounts(ports, request_id)
    anonymous = Context(request_id=request_id)
    tokens = await application.auth.login(
        Login(email=ORGANIZER_EMAIL, password=DEMO_PASSWORD), anonymous
    )
    ctx = Context(request_id=request_id, credentials=tokens.access_token)
    organizer = await application.organizers.create(
        CreateOrganizer(name="Demo Concerts", slug="demo-concerts"), ctx
    )
    starts_at = (datetime.now(UTC) + timedelta(days=60)).replace(
        hour=18, minute=0, second=0, microsecond=0
    )
    event = await application.events.create(
        CreateEvent(
            organizer_id=organizer.id,
            name="An Evening of String Quartets",
            description="Haydn, Bartók, Shaw. Two ticket types share the floor.",
            venue="Old Town Hall",
            timezone="Europe/Berlin",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            currency="EUR",
            max_per_buyer=None,
            pools=(NewPool(name="Floor", capacity=400),),
            ticket_types=(
                _ticket_type("Standard", 3500, None, ("Floor",)),
                _ticket_type("Student", 1500, 100, ("Floor",)),
                _ticket_type("Balcony", 5500, 80, ()),
            ),
        ),
        ctx,
    )
    await application.events.publish(PublishEvent(event_id=event.id), ctx)


async def _accounts(ports: Ports, request_id: str) -> None:
    password_hash = await ports.passwords.hash(DEMO_PASSWORD)
    async with ports.begin(Context(request_id=request_id)) as work:  # as if they registered
        now = await work.now()
        for email, name in ((ORGANIZER_EMAIL, "Demo Organizer"), (BUYER_EMAIL, "Demo Buyer")):
            user = User.register(
                id=UserId(ports.ids.uuid()),
                email=email,
                name=name,
                password_hash=password_hash,
                founder=False,
                at=now,
            )
            work.users.add(user.verify_email(at=now))
        await work.commit(None)


def _ticket_type(
    name: str, price: int, capacity: int | None, pools: tuple[str, ...]
) -> NewTicketType:
    return NewTicketType(
        name=name,
        price_amount=price,
        price_currency="EUR",
        capacity=capacity,
        max_per_order=None,
        pools=pools,
    )


async def find_demo(begin: Begin, request_id: str) -> Demo | None:
    """The demo event, if this database has one on sale."""
    async with begin(Context.system(request_id)) as work:
        if await work.users.by_email(BUYER_EMAIL) is None:
            return None
        where = EventFilter(drafts_of=(), state=EventState.ON_SALE)
        events = await work.events.page(where, after=None, limit=1)
    if not events:
        return None
    return Demo(
        event_id=str(events[0].id),
        event_name=events[0].details.name,
        ticket_type_id=str(events[0].ticket_types[0].id),
        buyer_email=BUYER_EMAIL,
        password=DEMO_PASSWORD,
    )
