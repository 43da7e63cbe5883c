"""How users are refused."""

from shared.errors import AppError, Code


class EmailTaken(AppError):
    code, reason = Code.FAILED_PRECONDITION, "EMAIL_TAKEN"
    title = "There is an account with this e-mail address already."
