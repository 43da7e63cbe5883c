"""How decisions are refused."""

from shared.errors import AppError, Code


class AttentionNotFound(AppError):
    code, reason = Code.NOT_FOUND, "ATTENTION_NOT_FOUND"
    title = "There is no such item."


class AttentionResolved(AppError):
    code, reason = Code.FAILED_PRECONDITION, "ATTENTION_RESOLVED"
    title = "Somebody has decided about this already."
