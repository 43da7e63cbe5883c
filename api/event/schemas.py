"""Shapes of events as they are answered."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field

from api.event.examples import AVAILABILITY, EVENT
from api.schemas import Money
from api.shape import Id, Output, page_of, with_example
from domain.event.event import EventState
from shared.ids import EventId

EventIdPath = Annotated[EventId, Id, Path(description="The event.")]


class TicketType(Output):
    id: UUID
    name: str
    price: Money
    tax_name: str
    tax_rate_basis_points: int = Field(description="1900 are 19 %.")
    capacity: int = Field(description="That of the tightest pool it draws on.")
    max_per_order: int
    pools: list[str] = Field(description="The names of all pools it draws on.")


class Pool(Output):
    id: UUID
    name: str
    capacity: int


class Event(Output):
    model_config = with_example(EVENT)

    id: UUID
    organizer_id: UUID
    live: bool = Field(description="Whether it is real; what a test key makes is a test.")
    name: str
    description: str
    venue: str
    timezone: str = Field(description="IANA name; for display, times are in UTC.")
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    currency: str = Field(description="ISO 4217; of all prices of the event.")
    state: EventState
    max_per_buyer: int | None = Field(description="Tickets one buyer may have; null is no limit.")
    offline_payment_hours: int | None = Field(
        description="How long a buyer may take to pay offline; null: that is not offered."
    )
    prices_include_tax: bool = Field(description="Whether prices contain the taxes.")
    pass_on_fees: bool = Field(description="Whether buyers pay the platform's fee on top.")
    ticket_types: list[TicketType]
    pools: list[Pool]
    created_at: AwareDatetime
    updated_at: AwareDatetime
    version: int = Field(description="Grows with every change; the `ETag` without quotes.")


class EventPage(Output):
    model_config = with_example(page_of(EVENT))

    items: list[Event]
    next_page_token: str = Field(description="Empty on the last page.")


class TicketTypeAvailability(Output):
    ticket_type_id: UUID
    available: int
    held: int
    sold: int
    capacity: int


class Availability(Output):
    """The figures are those of the tightest pool each ticket type draws on."""

    model_config = with_example(AVAILABILITY)

    event_id: UUID
    ticket_types: list[TicketTypeAvailability]
    as_of: AwareDatetime = Field(description="The moment at which the figures were true.")
