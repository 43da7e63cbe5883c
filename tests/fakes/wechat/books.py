"""Orders and refunds at the fake, and its books."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Order:
    number: str
    content: dict[str, object]
    total: int
    expires_at: datetime
    state: str = "NOTPAY"
    paid_at: datetime | None = None
    refunded: int = 0


@dataclass
class Refund:
    number: str
    order: Order
    amount: int
    status: str


class Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


class Books:
    """By the merchant's numbers."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.refunds: dict[str, Refund] = {}
        self.ledger: list[tuple[str, str, int]] = []
        """(out_trade_no, "paid" or "refunded", fen)"""

    def taken(self) -> int:
        return sum(amount if kind == "paid" else -amount for _, kind, amount in self.ledger)

    def order(self, number: str) -> Order:
        if number not in self.orders:
            raise Refused(404, "ORDER_NOT_EXIST")
        return self.orders[number]

    def place(self, number: str, content: dict[str, object], total: int, until: datetime) -> Order:
        """Placed again with the very same content it is the same order."""
        known = self.orders.get(number)
        if known is None:
            known = self.orders[number] = Order(number, content, total, until)
        if known.state == "CLOSED":
            raise Refused(400, "ORDER_CLOSED")
        if known.content != content:
            raise Refused(403, "OUT_TRADE_NO_USED")
        if known.state != "NOTPAY":
            raise Refused(400, "ORDERPAID")
        return known

    def pay(self, number: str, now: datetime) -> Order:
        order = self.order(number)
        if order.state not in ("NOTPAY", "USERPAYING") or now > order.expires_at:
            raise Refused(400, order.state)
        order.state, order.paid_at = "SUCCESS", now
        self.ledger.append((number, "paid", order.total))
        return order

    def close(self, number: str) -> None:
        """It says nothing of numbers that it does not know."""
        order = self.orders.get(number)
        if order is None:
            return
        if order.state == "USERPAYING":
            raise Refused(202, "USER_PAYING")
        if order.state == "CLOSED":
            raise Refused(400, "ORDER_CLOSED")
        if order.state != "NOTPAY":
            raise Refused(400, "ORDERPAID")
        order.state = "CLOSED"

    def refund(self, order_number: str, number: str, amount: int, total: int) -> Refund:
        if order_number not in self.orders:
            raise Refused(404, "RESOURCE_NOT_EXISTS")
        order, known = self.orders[order_number], self.refunds.get(number)
        if known is not None:
            if (known.order, known.amount) != (order, amount):
                raise Refused(400, "INVALID_REQUEST")
            return known
        if total != order.total:
            raise Refused(400, "PARAM_ERROR")
        if order.paid_at is None or order.refunded + amount > order.total:
            raise Refused(400, "INVALID_REQUEST")
        order.state = "REFUND"
        order.refunded += amount
        refund = self.refunds[number] = Refund(number, order, amount, "PROCESSING")
        return refund

    def end(self, refund: Refund, status: str) -> None:
        """SUCCESS, CLOSED or ABNORMAL."""
        if refund.status != "PROCESSING":
            return
        refund.status = status
        if status == "SUCCESS":
            self.ledger.append((refund.order.number, "refunded", refund.amount))
        if status == "CLOSED":
            refund.order.refunded -= refund.amount
