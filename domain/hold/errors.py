"""How holds are refused."""

from shared.errors import AppError, Code


class HoldNotFound(AppError):
    code, reason = Code.NOT_FOUND, "HOLD_NOT_FOUND"
    title = "There is no such hold."


class HoldExpired(AppError):
    code, reason = Code.FAILED_PRECONDITION, "HOLD_EXPIRED"
    title = "The hold has expired."


class HoldNotActive(AppError):
    """It was released or turned into an order before."""

    code, reason = Code.FAILED_PRECONDITION, "HOLD_NOT_ACTIVE"
    title = "The hold is not active any more."


class HoldHasOrder(AppError):
    code, reason = Code.FAILED_PRECONDITION, "HOLD_HAS_ORDER"
    title = "An order was made from this hold; cancel the order instead."


class ExtensionLimitReached(AppError):
    code, reason = Code.FAILED_PRECONDITION, "EXTENSION_LIMIT_REACHED"
    title = "The hold cannot be kept any longer."
