"""Events and their availability as shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from application.views.money import MoneyView
from domain.event.event import Event
from domain.event.ticket_type import DEFAULT_TAX_NAME
from domain.stock import Stock
from shared.ids import EventId, OrganizerId, PoolId, TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolView:
    id: PoolId
    name: str
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTypeView:
    """`pools` names every pool it draws on; `capacity` is that of the tightest."""

    id: TicketTypeId
    name: str
    price: MoneyView
    tax_name: str = DEFAULT_TAX_NAME
    tax_rate_basis_points: int = 0
    capacity: int
    max_per_order: int
    pools: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """`version` grows with every change; it is the ETag. What is not `live` is a test."""

    id: EventId
    organizer_id: OrganizerId
    live: bool = True
    name: str
    description: str
    venue: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    currency: str
    state: str
    max_per_buyer: int | None
    offline_payment_hours: int | None = None
    prices_include_tax: bool = True
    pass_on_fees: bool = False
    ticket_types: tuple[TicketTypeView, ...]
    pools: tuple[PoolView, ...]
    created_at: datetime
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, event: Event) -> Self:
        pools = {pool.id: pool for pool in event.pools}
        return cls(
            id=event.id,
            organizer_id=event.organizer_id,
            live=event.live,
            name=event.details.name,
            description=event.details.description,
            venue=event.details.venue,
            timezone=event.details.timezone,
            starts_at=event.details.starts_at,
            ends_at=event.details.ends_at,
            currency=event.currency,
            state=event.state.value,
            max_per_buyer=event.details.max_per_buyer,
            offline_payment_hours=event.details.offline_payment_hours,
            prices_include_tax=event.prices_include_tax,
            pass_on_fees=event.fee.passed_on,
            ticket_types=tuple(
                TicketTypeView(
                    id=ticket_type.id,
                    name=ticket_type.name,
                    price=MoneyView.of(ticket_type.price),
                    tax_name=ticket_type.tax_name,
                    tax_rate_basis_points=ticket_type.tax_rate_basis_points,
                    capacity=min(pools[pool_id].capacity for pool_id in ticket_type.pool_ids),
                    max_per_order=ticket_type.max_per_order,
                    pools=tuple(pools[pool_id].name for pool_id in ticket_type.pool_ids),
                )
                for ticket_type in event.ticket_types
            ),
            pools=tuple(
                PoolView(id=pool.id, name=pool.name, capacity=pool.capacity) for pool in event.pools
            ),
            created_at=event.created_at,
            updated_at=event.updated_at,
            version=event.version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTypeAvailability:
    """The figures of the tightest pool the ticket type draws on: they add up to its capacity."""

    ticket_type_id: TicketTypeId
    available: int
    held: int
    sold: int
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityView:
    """True at `as_of`, a moment of the database's clock."""

    event_id: EventId
    ticket_types: tuple[TicketTypeAvailability, ...]
    as_of: datetime

    @classmethod
    def of(cls, event: Event, stock: Mapping[PoolId, Stock], as_of: datetime) -> Self:
        types = []
        for ticket_type in event.ticket_types:
            tightest = min(
                (stock[pool_id] for pool_id in ticket_type.pool_ids),
                key=lambda pool: pool.available,
            )
            types.append(
                TicketTypeAvailability(
                    ticket_type_id=ticket_type.id,
                    available=tightest.available,
                    held=tightest.held,
                    sold=tightest.sold,
                    capacity=tightest.capacity,
                )
            )
        return cls(event_id=event.id, ticket_types=tuple(types), as_of=as_of)
