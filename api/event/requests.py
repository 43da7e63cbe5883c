"""Shapes of what organizers send, and how they become commands."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.changes import Unchanged, without_default
from api.event.examples import CHANGES, NEW_EVENT, NEW_TICKET_TYPE
from api.schemas import Price
from api.shape import Digits, Flag, Id, Input, Moment, Text, Time, Whole, among, with_example
from application.event.add_ticket_type import AddTicketType
from application.event.create_event import CreateEvent
from application.event.list_events import ListEvents
from application.event.specs import NewPool, NewTicketType
from application.event.update_event import UpdateEvent
from domain.event.event import EventState
from domain.event.ticket_type import DEFAULT_TAX_NAME
from shared.ids import EventId, OrganizerId

MaxAge = Annotated[
    int | None,
    Digits,
    Query(description="How many seconds old the figures may be, at most 60. 0, if it is left out."),
]


class PoolRequest(Input):
    """A capacity that several ticket types share by naming it."""

    name: Text = Field(description="Unique within the event.")
    capacity: Whole

    def spec(self) -> NewPool:
        return NewPool(name=self.name, capacity=self.capacity)


class TicketTypeRequest(Input):
    model_config = with_example(NEW_TICKET_TYPE)

    name: Text
    price: Price
    capacity: Whole | None = Field(
        default=None, description="Gives it a pool of its own. Needed unless `pools` are named."
    )
    max_per_order: Whole | None = Field(default=None, description="10, if it is left out.")
    pools: list[Text] = Field(
        default=[], description="Names of the event's pools it draws on as well."
    )
    tax_name: Text = Field(default=DEFAULT_TAX_NAME, description="As shown to buyers, e.g. VAT.")
    tax_rate_basis_points: Whole = Field(default=0, description="1900 are 19 %.")

    def spec(self) -> NewTicketType:
        return NewTicketType(
            name=self.name,
            price_amount=self.price.amount,
            price_currency=self.price.currency,
            capacity=self.capacity,
            max_per_order=self.max_per_order,
            pools=tuple(self.pools),
            tax_name=self.tax_name,
            tax_rate_basis_points=self.tax_rate_basis_points,
        )

    def command(self, event_id: EventId) -> AddTicketType:
        return AddTicketType(event_id=event_id, ticket_type=self.spec())


class EventRequest(Input):
    model_config = with_example(NEW_EVENT)

    organizer_id: Annotated[OrganizerId, Id]
    name: Text
    description: Text = ""
    venue: Text = ""
    timezone: Text = Field(default="UTC", description="IANA name, e.g. Europe/Berlin.")
    starts_at: Time
    ends_at: Time
    currency: Text = Field(description="ISO 4217; of all prices of the event.")
    max_per_buyer: Whole | None = Field(
        default=None, description="Tickets one buyer may have; null is no limit."
    )
    offline_payment_hours: Whole | None = Field(
        default=None,
        description="How long a buyer may take to pay by bank transfer or the like; null: that is "
        "not offered.",
    )
    prices_include_tax: Flag = Field(
        default=True, description="false: taxes come on top of prices. For good."
    )
    pass_on_fees: Flag = Field(
        default=False, description="true: buyers pay the platform's fee on top. For good."
    )
    ticket_types: list[TicketTypeRequest] = Field(default=[], description="More can come later.")
    pools: list[PoolRequest] = Field(default=[], description="Capacities that are shared.")

    def command(self) -> CreateEvent:
        return CreateEvent(
            organizer_id=self.organizer_id,
            name=self.name,
            description=self.description,
            venue=self.venue,
            timezone=self.timezone,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            currency=self.currency,
            max_per_buyer=self.max_per_buyer,
            offline_payment_hours=self.offline_payment_hours,
            prices_include_tax=self.prices_include_tax,
            pass_on_fees=self.pass_on_fees,
            ticket_types=tuple(ticket_type.spec() for ticket_type in self.ticket_types),
            pools=tuple(pool.spec() for pool in self.pools),
        )


class EventChanges(Input):
    """What is left out stays as it is."""

    model_config = with_example(CHANGES)

    name: Unchanged[Text] = None
    description: Unchanged[Text] = None
    venue: Unchanged[Text] = None
    timezone: Unchanged[Text] = None
    starts_at: Unchanged[Time] = None
    ends_at: Unchanged[Time] = None
    max_per_buyer: Whole | None = Field(
        default=None,
        description="null takes the limit away.",
        json_schema_extra=without_default,
    )
    offline_payment_hours: Whole | None = Field(
        default=None,
        description="null takes offline payment out of the offer.",
        json_schema_extra=without_default,
    )

    def command(self, event_id: EventId, expected_version: int | None) -> UpdateEvent:
        given = self.model_fields_set
        no_limit = self.max_per_buyer is None and "max_per_buyer" in given
        not_offered = self.offline_payment_hours is None and "offline_payment_hours" in given
        return UpdateEvent(
            event_id=event_id,
            expected_version=expected_version,
            name=self.name,
            description=self.description,
            venue=self.venue,
            timezone=self.timezone,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            max_per_buyer=0 if no_limit else self.max_per_buyer,
            offline_payment_hours=0 if not_offered else self.offline_payment_hours,
        )


class EventSearch(Input):
    organizer_id: Annotated[OrganizerId | None, Id] = None
    state: Annotated[EventState | None, among(EventState)] = None
    starts_from: Annotated[datetime | None, Moment] = Field(
        default=None, description="Starting then or later."
    )
    starts_before: Annotated[datetime | None, Moment] = Field(
        default=None, description="Starting earlier than that."
    )
    text: Text | None = Field(default=None, description="Found in name, description or venue.")
    page_size: Annotated[int | None, Digits] = Field(default=None, description="20, at most 100.")
    page_token: Text | None = Field(
        default=None, description="`next_page_token` of the page before."
    )

    def query(self) -> ListEvents:
        return ListEvents(
            organizer_id=self.organizer_id,
            state=self.state,
            starts_from=self.starts_from,
            starts_before=self.starts_before,
            text=self.text,
            page_size=self.page_size,
            page_token=self.page_token,
        )
