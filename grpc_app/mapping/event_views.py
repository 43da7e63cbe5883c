"""Events and their availability as answered."""

from application.views.event import (
    AvailabilityView,
    EventView,
    PoolView,
    TicketTypeAvailability,
    TicketTypeView,
)
from application.views.page import Page
from grpc_app.generated.holdfast.v1 import event_pb2 as wire
from grpc_app.mapping.values import money, timestamp


def event(view: EventView) -> wire.Event:
    return wire.Event(
        id=str(view.id),
        organizer_id=str(view.organizer_id),
        name=view.name,
        description=view.description,
        venue=view.venue,
        timezone=view.timezone,
        starts_at=timestamp(view.starts_at),
        ends_at=timestamp(view.ends_at),
        currency=view.currency,
        state=view.state,
        max_per_buyer=view.max_per_buyer,
        offline_payment_hours=view.offline_payment_hours,
        prices_include_tax=view.prices_include_tax,
        pass_on_fees=view.pass_on_fees,
        ticket_types=[_ticket_type(each) for each in view.ticket_types],
        pools=[_pool(each) for each in view.pools],
        created_at=timestamp(view.created_at),
        updated_at=timestamp(view.updated_at),
        version=view.version,
        live=view.live,
    )


def events(page: Page[EventView]) -> wire.ListEventsResponse:
    return wire.ListEventsResponse(
        items=[event(each) for each in page.items], next_page_token=page.next_page_token
    )


def availability(view: AvailabilityView) -> wire.Availability:
    return wire.Availability(
        event_id=str(view.event_id),
        ticket_types=[_available(each) for each in view.ticket_types],
        as_of=timestamp(view.as_of),
    )


def _ticket_type(view: TicketTypeView) -> wire.TicketType:
    return wire.TicketType(
        id=str(view.id),
        name=view.name,
        price=money(view.price),
        tax_name=view.tax_name,
        tax_rate_basis_points=view.tax_rate_basis_points,
        capacity=view.capacity,
        max_per_order=view.max_per_order,
        pools=view.pools,
    )


def _pool(view: PoolView) -> wire.Pool:
    return wire.Pool(id=str(view.id), name=view.name, capacity=view.capacity)


def _available(view: TicketTypeAvailability) -> wire.TicketTypeAvailability:
    return wire.TicketTypeAvailability(
        ticket_type_id=str(view.ticket_type_id),
        available=view.available,
        held=view.held,
        sold=view.sold,
        capacity=view.capacity,
    )
