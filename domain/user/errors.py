"""How users are refused."""

from shared.errors import AppError, Code


class EmailTaken(AppError):
    code, reason = Code.FAILED_PRECONDITION, "EMAIL_TAKEN"
    title = "There is an account with this e-mail address already."


class EmailNotVerified(AppError):
    code, reason = Code.FAILED_PRECONDITION, "EMAIL_NOT_VERIFIED"
    title = "This needs a verified e-mail address."


class UserNotFound(AppError):
    code, reason = Code.NOT_FOUND, "USER_NOT_FOUND"
    title = "There is no such user."


class UserInactive(AppError):
    code, reason = Code.FAILED_PRECONDITION, "USER_INACTIVE"
    title = "The account is deactivated."


class OwnAccount(AppError):
    """Nobody shuts the door behind themselves."""

    code, reason = Code.FAILED_PRECONDITION, "OWN_ACCOUNT"
    title = "Superusers cannot deactivate themselves."


class LastSuperuser(AppError):
    code, reason = Code.FAILED_PRECONDITION, "LAST_SUPERUSER"
    title = "There must be an active superuser at any time."


class ProofInvalid(AppError):
    """Unknown, used, expired, or for an address that is not the account's any more."""

    code, reason = Code.FAILED_PRECONDITION, "PROOF_INVALID"
    title = "This token is not valid any more; ask for a new one."
