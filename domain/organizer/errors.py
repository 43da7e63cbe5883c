"""How organizers are refused."""

from shared.errors import AppError, Code


class OrganizerNotFound(AppError):
    code, reason = Code.NOT_FOUND, "ORGANIZER_NOT_FOUND"
    title = "There is no such organizer."


class SlugTaken(AppError):
    code, reason = Code.FAILED_PRECONDITION, "SLUG_TAKEN"
    title = "Another organizer uses this slug already."


class NotAMember(AppError):
    """Only where the actor knows the thing exists (an event on sale, say)."""

    code, reason = Code.PERMISSION_DENIED, "NOT_A_MEMBER"
    title = "Only members of the organizer may do this."
