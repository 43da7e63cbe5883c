"""What is asked of events."""

import re

from application.event.add_ticket_type import AddTicketType
from application.event.cancel_event import CancelEvent
from application.event.close_event import CloseEvent
from application.event.create_event import CreateEvent
from application.event.get_availability import GetAvailability
from application.event.get_event import GetEvent
from application.event.list_events import ListEvents
from application.event.publish_event import PublishEvent
from application.event.specs import NewPool, NewTicketType
from application.event.update_event import UpdateEvent
from domain.event.event import EventState
from domain.event.ticket_type import DEFAULT_TAX_NAME
from grpc_app.generated.holdfast.v1.event_pb2 import (
    AddTicketTypeRequest,
    CancelEventRequest,
    CloseEventRequest,
    CreateEventRequest,
    GetAvailabilityRequest,
    GetEventRequest,
    ListEventsRequest,
    PublishEventRequest,
    UpdateEventRequest,
)
from grpc_app.mapping.shape import Shape
from shared.ids import EventId, OrganizerId

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"|[0-9]+')
_VERSION = re.compile(r'"([1-9][0-9]{0,17})"|([1-9][0-9]{0,17})')
_NEVER = 0
"""Versions count from 1: a condition on this one always fails."""


def create_event(request: CreateEventRequest) -> CreateEvent:
    shape = Shape(request)
    return shape.done(
        CreateEvent(
            organizer_id=OrganizerId(shape.uuid("organizer_id")),
            name=shape.text("name"),
            description=request.description,
            venue=request.venue,
            timezone=_given(shape.maybe_text("timezone"), "UTC"),
            starts_at=shape.time("starts_at"),
            ends_at=shape.time("ends_at"),
            currency=shape.text("currency"),
            max_per_buyer=shape.maybe_integer("max_per_buyer"),
            offline_payment_hours=shape.maybe_integer("offline_payment_hours"),
            prices_include_tax=request.prices_include_tax
            or not request.HasField("prices_include_tax"),
            pass_on_fees=request.pass_on_fees,
            ticket_types=tuple(_new_ticket_type(each) for each in shape.each("ticket_types")),
            pools=tuple(
                NewPool(name=each.text("name"), capacity=each.integer("capacity"))
                for each in shape.each("pools")
            ),
        )
    )


def get_event(request: GetEventRequest) -> GetEvent:
    shape = Shape(request)
    return shape.done(GetEvent(event_id=_event_id(shape)))


def list_events(request: ListEventsRequest) -> ListEvents:
    shape = Shape(request)
    organizer_id = shape.maybe_uuid("organizer_id")
    return shape.done(
        ListEvents(
            organizer_id=None if organizer_id is None else OrganizerId(organizer_id),
            state=shape.maybe_choice("state", EventState),
            starts_from=shape.maybe_time("starts_from"),
            starts_before=shape.maybe_time("starts_before"),
            text=shape.maybe_text("text"),
            page_size=shape.maybe_integer("page_size"),
            page_token=shape.maybe_text("page_token"),
        )
    )


def update_event(request: UpdateEventRequest) -> UpdateEvent:
    shape = Shape(request)
    return shape.done(
        UpdateEvent(
            event_id=_event_id(shape),
            expected_version=_expected_version(shape, request.etag),
            name=shape.maybe_text("name"),
            description=shape.maybe_text("description"),
            venue=shape.maybe_text("venue"),
            timezone=shape.maybe_text("timezone"),
            starts_at=shape.maybe_time("starts_at"),
            ends_at=shape.maybe_time("ends_at"),
            max_per_buyer=shape.maybe_integer("max_per_buyer"),
            offline_payment_hours=shape.maybe_integer("offline_payment_hours"),
        )
    )


def add_ticket_type(request: AddTicketTypeRequest) -> AddTicketType:
    shape = Shape(request)
    return shape.done(AddTicketType(event_id=_event_id(shape), ticket_type=_new_ticket_type(shape)))


def publish_event(request: PublishEventRequest) -> PublishEvent:
    shape = Shape(request)
    return shape.done(PublishEvent(event_id=_event_id(shape)))


def close_event(request: CloseEventRequest) -> CloseEvent:
    shape = Shape(request)
    return shape.done(CloseEvent(event_id=_event_id(shape)))


def cancel_event(request: CancelEventRequest) -> CancelEvent:
    shape = Shape(request)
    return shape.done(CancelEvent(event_id=_event_id(shape)))


def get_availability(request: GetAvailabilityRequest) -> GetAvailability:
    shape = Shape(request)
    return shape.done(
        GetAvailability(event_id=_event_id(shape), max_age=shape.maybe_integer("max_age"))
    )


def _event_id(shape: Shape) -> EventId:
    return EventId(shape.uuid("event_id"))


def _new_ticket_type(shape: Shape) -> NewTicketType:
    name, price = shape.text("name"), shape.below("price")
    return NewTicketType(
        name=name,
        price_amount=price.integer("amount") if price else 0,
        price_currency=price.text("currency") if price else "",
        capacity=shape.maybe_integer("capacity"),
        max_per_order=shape.maybe_integer("max_per_order"),
        pools=shape.texts("pools"),
        tax_name=_given(shape.maybe_text("tax_name"), DEFAULT_TAX_NAME),
        tax_rate_basis_points=shape.maybe_integer("tax_rate_basis_points") or 0,
    )


def _expected_version(shape: Shape, etag: str) -> int | None:
    """None where any version will do. A weak tag, or one we never gave, matches none."""
    if etag in ("", "*"):
        return None
    if not _TAG.fullmatch(etag):
        shape.fail("etag", 'must be one entity tag, e.g. "3", or *')
    found = _VERSION.fullmatch(etag)
    return int(found[1] or found[2]) if found else _NEVER


def _given(value: str | None, default: str) -> str:
    return default if value is None else value
