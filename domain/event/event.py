"""The event: one dated thing that sells stock, from draft to its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.charges import Fee, Tax, UnitCharge, charges_of
from domain.event.errors import (
    EventIncomplete,
    EventNotOnSale,
    EventStateInvalid,
    TicketTypeNotFound,
)
from domain.event.facts import (
    EventCancelled,
    EventClosed,
    EventCreated,
    EventFact,
    EventPublished,
    EventUpdated,
    TicketTypeAdded,
)
from domain.event.ticket_type import MOST_UNITS, Pool, PoolSpec, TicketType, TicketTypeSpec
from domain.lifecycle import Lifecycle
from domain.stock import LimitReached
from shared.checks import Checks
from shared.errors import Violation
from shared.facts import Aggregate
from shared.ids import EventId, OrganizerId, PoolId, TicketTypeId

MOST_TICKET_TYPES = 100
MOST_OFFLINE_HOURS = 90 * 24
NO_FEE = Fee()


class EventState(Enum):
    DRAFT = "DRAFT"
    ON_SALE = "ON_SALE"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


LIFECYCLE = Lifecycle(
    name="Event",
    transitions={
        EventState.DRAFT: frozenset({EventState.ON_SALE, EventState.CANCELLED}),
        EventState.ON_SALE: frozenset({EventState.CLOSED, EventState.CANCELLED}),
        EventState.CLOSED: frozenset({EventState.CANCELLED}),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """What an organizer may say of an event and change later. Raises FieldInvalid via `check`."""

    name: str
    description: str
    venue: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    max_per_buyer: int | None
    offline_payment_hours: int | None = None
    """How long a buyer may take to pay by bank transfer or the like; None: that is not offered."""

    def check(self, checks: Checks) -> "EventDetails":
        starts_at = checks.moment("starts_at", self.starts_at)
        ends_at = checks.moment("ends_at", self.ends_at)
        aware = starts_at.tzinfo is not None and ends_at.tzinfo is not None
        if aware and ends_at <= starts_at:
            checks.fail("ends_at", "must be after starts_at")
        if self.max_per_buyer is not None:
            checks.number("max_per_buyer", self.max_per_buyer, least=1, most=MOST_UNITS)
        if self.offline_payment_hours is not None:
            checks.number(
                "offline_payment_hours",
                self.offline_payment_hours,
                least=1,
                most=MOST_OFFLINE_HOURS,
            )
        return EventDetails(
            name=checks.text("name", self.name, longest=200),
            description=checks.text("description", self.description, longest=10_000, empty=True),
            venue=checks.text("venue", self.venue, longest=200, empty=True),
            timezone=checks.timezone("timezone", self.timezone),
            starts_at=starts_at,
            ends_at=ends_at,
            max_per_buyer=self.max_per_buyer,
            offline_payment_hours=self.offline_payment_hours,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Aggregate):
    """`max_per_buyer` bounds the live units (held and bought) of one buyer; None is unlimited.

    How prices are made (`prices_include_tax`, `fee`, and what ticket types say of taxes) is said
    when they are made and never changes: nobody pays another price than the one they saw.
    What is not `live` is a test, and so is everything that is made of it.
    """

    id: EventId
    organizer_id: OrganizerId
    live: bool
    details: EventDetails
    currency: str
    prices_include_tax: bool = True
    fee: Fee = NO_FEE
    """The platform's, as it was when the event was made."""
    state: EventState
    ticket_types: tuple[TicketType, ...]
    pools: tuple[Pool, ...]
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def draft(
        *,
        id: EventId,
        organizer_id: OrganizerId,
        live: bool = True,
        details: EventDetails,
        currency: str,
        prices_include_tax: bool = True,
        fee: Fee = NO_FEE,
        pools: Sequence[PoolSpec],
        ticket_types: Sequence[TicketTypeSpec],
        at: datetime,
    ) -> "Event":
        """Raises FieldInvalid naming every wrong field."""
        checks = Checks()
        details = details.check(checks)
        currency = checks.currency("currency", currency)
        if len(pools) > MOST_TICKET_TYPES:
            checks.fail("pools", f"must be at most {MOST_TICKET_TYPES}")
        if len(ticket_types) > MOST_TICKET_TYPES:
            checks.fail("ticket_types", f"must be at most {MOST_TICKET_TYPES}")
        checks.done()
        by_name: dict[str, Pool] = {}
        for position, spec in enumerate(pools):
            pool = spec.check(checks.at("pools", position))
            if pool.name in by_name:
                checks.at("pools", position).fail("name", "is used twice")
            by_name[pool.name] = pool
        types: list[TicketType] = []
        for position, wanted in enumerate(ticket_types):
            _add(types, by_name, wanted, checks.at("ticket_types", position), currency)
        checks.done()
        return Event(
            id=id,
            organizer_id=organizer_id,
            live=live,
            details=details,
            currency=currency,
            prices_include_tax=prices_include_tax,
            fee=fee,
            state=EventState.DRAFT,
            ticket_types=tuple(types),
            pools=tuple(by_name.values()),
            created_at=at,
            updated_at=at,
            facts=(
                EventCreated(
                    event_id=id, organizer_id=organizer_id, name=details.name, occurred_at=at
                ),
            ),
        )

    def update(self, details: EventDetails, *, at: datetime) -> "Event":
        """Changes the details that differ; nothing different is no change. Raises FieldInvalid."""
        self._require_state("update", EventState.DRAFT, EventState.ON_SALE, EventState.CLOSED)
        checks = Checks()
        details = details.check(checks)
        checks.done()
        changed = tuple(
            name
            for name in EventDetails.__slots__
            if getattr(details, name) != getattr(self.details, name)
        )
        if not changed:
            return self
        fact = EventUpdated(
            event_id=self.id, organizer_id=self.organizer_id, fields=changed, occurred_at=at
        )
        return self._changed(fact, details=details, updated_at=at)

    def add_ticket_type(self, spec: TicketTypeSpec, *, at: datetime) -> "Event":
        """Raises FieldInvalid, EventStateInvalid."""
        self._require_state("add_ticket_type", EventState.DRAFT, EventState.ON_SALE)
        checks = Checks()
        types, pools = list(self.ticket_types), {pool.name: pool for pool in self.pools}
        if len(types) >= MOST_TICKET_TYPES:
            checks.fail("name", f"an event has at most {MOST_TICKET_TYPES} ticket types")
        _add(types, pools, spec, checks, self.currency)
        checks.done()
        fact = TicketTypeAdded(
            event_id=self.id,
            organizer_id=self.organizer_id,
            ticket_type_id=spec.id,
            occurred_at=at,
        )
        return self._changed(
            fact, ticket_types=tuple(types), pools=tuple(pools.values()), updated_at=at
        )

    def publish(self, *, at: datetime) -> "Event":
        """Raises EventIncomplete, EventStateInvalid."""
        self._require_state("publish", EventState.DRAFT)
        if not self.ticket_types:
            raise EventIncomplete()
        return self._moved(EventState.ON_SALE, EventPublished, at)

    def close(self, *, at: datetime) -> "Event":
        """No new holds; what is held may still be bought. Raises EventStateInvalid."""
        self._require_state("close", EventState.ON_SALE)
        return self._moved(EventState.CLOSED, EventClosed, at)

    def cancel(self, *, at: datetime) -> "Event":
        """Nothing more is sold, not even what is held. Raises EventStateInvalid."""
        self._require_state("cancel", EventState.DRAFT, EventState.ON_SALE, EventState.CLOSED)
        return self._moved(EventState.CANCELLED, EventCancelled, at)

    @property
    def is_public(self) -> bool:
        """A draft is its organizer's own matter."""
        return self.state is not EventState.DRAFT

    def require_on_sale(self) -> None:
        if self.state is not EventState.ON_SALE:
            raise EventNotOnSale(metadata={"state": self.state.value})

    def require_buyable(self) -> None:
        """What is held can be bought on a closed event, not on a cancelled one."""
        if self.state not in (EventState.ON_SALE, EventState.CLOSED):
            raise EventNotOnSale(metadata={"state": self.state.value})

    def pick(self, wanted: Sequence[tuple[TicketTypeId, int]]) -> tuple[TicketType, ...]:
        """The ticket types of an order's lines, within their limits per order.

        Raises TicketTypeNotFound or LimitReached naming each line.
        """
        types = {ticket_type.id: ticket_type for ticket_type in self.ticket_types}
        unknown = [
            Violation(("lines", position, "ticket_type_id"), "is not a ticket type of this event")
            for position, (type_id, _) in enumerate(wanted)
            if type_id not in types
        ]
        if unknown:
            raise TicketTypeNotFound(violations=unknown)
        beyond = [
            Violation(
                ("lines", position, "quantity"),
                f"must be at most {types[type_id].max_per_order} per order",
            )
            for position, (type_id, quantity) in enumerate(wanted)
            if quantity > types[type_id].max_per_order
        ]
        if beyond:
            raise LimitReached(violations=beyond, metadata={"limit": "max_per_order"})
        return tuple(types[type_id] for type_id, _ in wanted)

    def charges(self, ticket_type: TicketType) -> tuple[UnitCharge, ...]:
        """The taxes and fees of one unit of it."""
        if not ticket_type.tax_rate_basis_points and self.fee.is_nothing:
            return ()
        tax = Tax(
            name=ticket_type.tax_name,
            basis_points=ticket_type.tax_rate_basis_points,
            included=self.prices_include_tax,
        )
        return charges_of(ticket_type.price, tax, self.fee)

    def pool_ids(self) -> tuple[PoolId, ...]:
        return tuple(pool.id for pool in self.pools)

    def _require_state(self, doing: str, *allowed: EventState) -> None:
        if self.state not in allowed:
            raise EventStateInvalid(metadata={"state": self.state.value, "operation": doing})

    def _moved(self, state: EventState, fact: type[EventFact], at: datetime) -> "Event":
        LIFECYCLE.require(self.state, state)
        happened = fact(event_id=self.id, organizer_id=self.organizer_id, occurred_at=at)
        return self._changed(happened, state=state, updated_at=at)


def _add(
    types: list[TicketType],
    pools: dict[str, Pool],
    spec: TicketTypeSpec,
    checks: Checks,
    currency: str,
) -> None:
    ticket_type, own = spec.check(checks, currency=currency, pools=pools)
    if any(other.name == ticket_type.name for other in types):
        checks.fail("name", "is used twice")
    types.append(ticket_type)
    if own is not None:
        pools[own.name] = own
