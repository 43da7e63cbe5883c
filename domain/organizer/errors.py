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


class MemberNotFound(AppError):
    code, reason = Code.NOT_FOUND, "MEMBER_NOT_FOUND"
    title = "The organizer has no such member."


class AlreadyMember(AppError):
    code, reason = Code.FAILED_PRECONDITION, "ALREADY_MEMBER"
    title = "This user is a member already."


class LastOwner(AppError):
    code, reason = Code.FAILED_PRECONDITION, "LAST_OWNER"
    title = "An organizer has at least one owner."


class InvitationNotFound(AppError):
    """Also for one to another address."""

    code, reason = Code.NOT_FOUND, "INVITATION_NOT_FOUND"
    title = "There is no such invitation."


class InvitationNotOpen(AppError):
    """It was accepted, revoked, or its time is over."""

    code, reason = Code.FAILED_PRECONDITION, "INVITATION_NOT_OPEN"
    title = "The invitation is not open any more."


class ApiKeyNotFound(AppError):
    code, reason = Code.NOT_FOUND, "API_KEY_NOT_FOUND"
    title = "There is no such API key."
