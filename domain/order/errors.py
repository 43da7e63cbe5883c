"""How orders and payments are refused."""

from shared.errors import AppError, Code


class OrderNotFound(AppError):
    code, reason = Code.NOT_FOUND, "ORDER_NOT_FOUND"
    title = "There is no such order."


class OrderNotPayable(AppError):
    """It is paid, over, or free of charge."""

    code, reason = Code.FAILED_PRECONDITION, "ORDER_NOT_PAYABLE"
    title = "The order cannot be paid (any more)."


class OrderNotCancellable(AppError):
    """Money was taken, or it is over: a paid order is refunded, not cancelled."""

    code, reason = Code.FAILED_PRECONDITION, "ORDER_NOT_CANCELLABLE"
    title = "The order cannot be cancelled (any more)."


class PaymentInProgress(AppError):
    code, reason = Code.FAILED_PRECONDITION, "PAYMENT_IN_PROGRESS"
    title = "A payment of this order is under way; wait for its end."


class PaymentNotFound(AppError):
    code, reason = Code.NOT_FOUND, "PAYMENT_NOT_FOUND"
    title = "There is no such payment."
