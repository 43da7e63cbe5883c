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


class OrderNotRefundable(AppError):
    """No money of it was taken, or none is left."""

    code, reason = Code.FAILED_PRECONDITION, "ORDER_NOT_REFUNDABLE"
    title = "The order cannot be refunded (any more)."


class RefundTooLarge(AppError):
    """Names what is left."""

    code, reason = Code.FAILED_PRECONDITION, "REFUND_TOO_LARGE"
    title = "This is more than is left of the order's money."


class TicketNotRefundable(AppError):
    """It was used, is void, or belongs to another order; names each."""

    code, reason = Code.FAILED_PRECONDITION, "TICKET_NOT_REFUNDABLE"
    title = "A ticket cannot be refunded."


class PaymentNotConfirmable(AppError):
    """It is not an offline payment, or it has ended otherwise."""

    code, reason = Code.FAILED_PRECONDITION, "PAYMENT_NOT_CONFIRMABLE"
    title = "This payment cannot be confirmed by hand."
