"""How events are refused."""

from shared.errors import AppError, Code


class EventNotFound(AppError):
    code, reason = Code.NOT_FOUND, "EVENT_NOT_FOUND"
    title = "There is no such event."


class TicketTypeNotFound(AppError):
    code, reason = Code.NOT_FOUND, "TICKET_TYPE_NOT_FOUND"
    title = "The event has no such ticket type."


class EventNotOnSale(AppError):
    code, reason = Code.FAILED_PRECONDITION, "EVENT_NOT_ON_SALE"
    title = "The event is not on sale."


class EventStateInvalid(AppError):
    """A transition its life cycle does not have, e.g. publishing a cancelled event."""

    code, reason = Code.FAILED_PRECONDITION, "EVENT_STATE_INVALID"
    title = "The event's state does not allow this."


class EventIncomplete(AppError):
    code, reason = Code.FAILED_PRECONDITION, "EVENT_INCOMPLETE"
    title = "An event needs at least one ticket type before it is published."
