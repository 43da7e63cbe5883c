"""Events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from application.app import EventOperations
from grpc_app.generated.holdfast.v1 import event_pb2 as wire
from grpc_app.generated.holdfast.v1.event_pb2_grpc import EventServiceServicer
from grpc_app.mapping import event as mapping
from grpc_app.mapping import event_views as views
from grpc_app.mapping import live
from grpc_app.perform import perform, perform_stream


class EventServicer(EventServiceServicer):
    def __init__(self, events: EventOperations) -> None:
        self._events = events

    async def CreateEvent(self, request: wire.CreateEventRequest, context: object) -> wire.Event:
        return views.event(await perform(self._events.create, mapping.create_event, request))

    async def GetEvent(self, request: wire.GetEventRequest, context: object) -> wire.Event:
        return views.event(await perform(self._events.get, mapping.get_event, request))

    async def ListEvents(
        self, request: wire.ListEventsRequest, context: object
    ) -> wire.ListEventsResponse:
        return views.events(await perform(self._events.list, mapping.list_events, request))

    async def UpdateEvent(self, request: wire.UpdateEventRequest, context: object) -> wire.Event:
        return views.event(await perform(self._events.update, mapping.update_event, request))

    async def AddTicketType(
        self, request: wire.AddTicketTypeRequest, context: object
    ) -> wire.Event:
        return views.event(
            await perform(self._events.add_ticket_type, mapping.add_ticket_type, request)
        )

    async def PublishEvent(self, request: wire.PublishEventRequest, context: object) -> wire.Event:
        return views.event(await perform(self._events.publish, mapping.publish_event, request))

    async def CloseEvent(self, request: wire.CloseEventRequest, context: object) -> wire.Event:
        return views.event(await perform(self._events.close, mapping.close_event, request))

    async def CancelEvent(self, request: wire.CancelEventRequest, context: object) -> wire.Event:
        return views.event(await perform(self._events.cancel, mapping.cancel_event, request))

    async def GetAvailability(
        self, request: wire.GetAvailabilityRequest, context: object
    ) -> wire.Availability:
        return views.availability(
            await perform(self._events.get_availability, mapping.get_availability, request)
        )

    async def WatchAvailability(
        self, request: wire.WatchAvailabilityRequest, context: object
    ) -> AsyncGenerator[wire.Availability]:
        told = perform_stream(self._events.watch_availability, live.watch_availability, request)
        async with aclosing(told):
            async for each in told:
                yield views.availability(each)
