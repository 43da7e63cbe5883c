"""REST: events, their ticket types and what is left of them."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.answers import answer, event_answer
from api.context import Call
from api.etags import IfMatch, IfNoneMatch, is_known
from api.event.availability import availability_answer
from api.event.requests import (
    EventChanges,
    EventRequest,
    EventSearch,
    MaxAge,
    TicketTypeRequest,
)
from api.event.schemas import Availability, Event, EventIdPath, EventPage
from api.routing import PREFIX, Fast, Routes
from application.app import EventOperations
from application.errors import RoleMissing
from application.event.cancel_event import CancelEvent
from application.event.close_event import CloseEvent
from application.event.get_availability import GetAvailability
from application.event.get_event import GetEvent
from application.event.publish_event import PublishEvent
from domain.event.errors import EventIncomplete, EventNotFound, EventStateInvalid
from domain.organizer.errors import NotAMember, OrganizerNotFound

_NOT_MINE = (EventNotFound, NotAMember, RoleMissing)


def add_event_routes(routes: Routes, events: EventOperations) -> None:
    @routes.post(
        "/events",
        events.create,
        summary="Create an event",
        answers=Event,
        status=201,
        says="The new event, a draft.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def create_event(call: Call, body: EventRequest) -> Response:
        """A draft that only members of the organizer see, until it is published.

        A ticket type draws on a pool of its own (`capacity`), on shared ones (`pools`), or both;
        the tightest wins.
        """
        event = await events.create(body.command(), call.ctx)
        return event_answer(call, event, 201, location=f"{PREFIX}/events/{event.id}")

    @routes.get(
        "/events",
        events.list,
        summary="Find events",
        answers=EventPage,
        says="A page of events, by start.",
    )
    async def list_events(call: Call, search: Annotated[EventSearch, Query()]) -> Response:
        """Published events, and drafts of the organizers one belongs to."""
        return answer(call, await events.list(search.query(), call.ctx))

    @routes.get(
        "/events/{event_id}",
        events.get,
        summary="Get an event",
        answers=Event,
        says="The event.",
        refuses=(EventNotFound,),
    )
    async def get_event(
        call: Call, event_id: EventIdPath, if_none_match: IfNoneMatch = None
    ) -> Response:
        """With its ticket types and pools. Drafts are there for members only."""
        event = await events.get(GetEvent(event_id=event_id), call.ctx)
        return event_answer(call, event, known=is_known(if_none_match, event.version))

    @routes.patch(
        "/events/{event_id}",
        events.update,
        summary="Change an event",
        answers=Event,
        says="The event as it is now.",
        refuses=(*_NOT_MINE, EventStateInvalid),
    )
    async def update_event(
        call: Call, event_id: EventIdPath, body: EventChanges, if_match: IfMatch = None
    ) -> Response:
        """Changes the fields that are sent. With `If-Match`, only if nobody was faster (412)."""
        return event_answer(call, await events.update(body.command(event_id, if_match), call.ctx))

    @routes.post(
        "/events/{event_id}/ticket-types",
        events.add_ticket_type,
        summary="Add a ticket type",
        answers=Event,
        status=201,
        says="The event with its new ticket type.",
        refuses=(*_NOT_MINE, EventStateInvalid),
    )
    async def add_ticket_type(
        call: Call, event_id: EventIdPath, body: TicketTypeRequest
    ) -> Response:
        """Before or during the sale."""
        event = await events.add_ticket_type(body.command(event_id), call.ctx)
        return event_answer(call, event, 201, location=f"{PREFIX}/events/{event.id}")

    @routes.post(
        "/events/{event_id}/publish",
        events.publish,
        summary="Publish an event",
        answers=Event,
        says="The event, on sale.",
        refuses=(*_NOT_MINE, EventStateInvalid, EventIncomplete),
    )
    async def publish_event(call: Call, event_id: EventIdPath) -> Response:
        """Puts a draft on sale."""
        return event_answer(call, await events.publish(PublishEvent(event_id=event_id), call.ctx))

    @routes.post(
        "/events/{event_id}/close",
        events.close,
        summary="Close the sale",
        answers=Event,
        says="The event, closed.",
        refuses=(*_NOT_MINE, EventStateInvalid),
    )
    async def close_event(call: Call, event_id: EventIdPath) -> Response:
        """No new holds; what is held may still be bought."""
        return event_answer(call, await events.close(CloseEvent(event_id=event_id), call.ctx))

    @routes.post(
        "/events/{event_id}/cancel",
        events.cancel,
        summary="Cancel an event",
        answers=Event,
        says="The event, cancelled.",
        refuses=(*_NOT_MINE, EventStateInvalid),
    )
    async def cancel_event(call: Call, event_id: EventIdPath) -> Response:
        """It does not take place; nothing more is sold, not even what is held."""
        return event_answer(call, await events.cancel(CancelEvent(event_id=event_id), call.ctx))

    @routes.get(
        "/events/{event_id}/availability",
        events.get_availability,
        summary="See what is left",
        answers=Availability,
        says="What is left of each ticket type.",
        refuses=(EventNotFound,),
        fast=Fast(),
    )
    async def get_availability(
        call: Call,
        event_id: EventIdPath,
        max_age: MaxAge = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """Exact at `as_of`, which is after the question was asked. With `max_age` the figures may
        have been read before, for somebody else; `as_of` says when.

        The `ETag` is that of the figures, whenever they were read: a 304 says that they are still
        the same.
        """
        query = GetAvailability(event_id=event_id, max_age=max_age)
        found = await events.get_availability(query, call.ctx)
        return availability_answer(call, query, found, if_none_match)
