"""Trades at the fake, and its books."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

CENT = Decimal("0.01")


@dataclass
class Trade:
    """It exists since the payer opened the page or scanned the code."""

    out_trade_no: str
    trade_no: str
    total: Decimal
    expires_at: datetime
    status: str = "WAIT_BUYER_PAY"
    paid_at: datetime | None = None
    refunds: dict[str, Decimal] = field(default_factory=dict)

    @property
    def refunded(self) -> Decimal:
        return sum(self.refunds.values(), Decimal(0))


@dataclass
class Code:
    """What a precreated code stands for."""

    out_trade_no: str
    total: Decimal
    expires_at: datetime


class BusinessError(Exception):
    def __init__(self, sub_code: str) -> None:
        self.sub_code = f"ACQ.{sub_code}"
        super().__init__(sub_code)


class Books:
    """Trades by the merchant's number, and every movement of money."""

    def __init__(self) -> None:
        self.trades: dict[str, Trade] = {}
        self.codes: dict[str, Code] = {}
        self.ledger: list[tuple[str, str, Decimal]] = []
        """(out_trade_no, "paid" or "refunded", amount)"""

    def taken(self) -> Decimal:
        return sum(
            (amount if kind == "paid" else -amount for _, kind, amount in self.ledger), Decimal(0)
        )

    def start(
        self, out_trade_no: str, total: Decimal, expires_at: datetime, now: datetime
    ) -> Trade:
        """A payer opens it."""
        if expires_at <= now:
            raise BusinessError("TRADE_HAS_CLOSE")
        trade = self.trades.get(out_trade_no)
        if trade is None:
            trade_no = f"20260101220014{len(self.trades):014d}"
            trade = self.trades[out_trade_no] = Trade(out_trade_no, trade_no, total, expires_at)
        if trade.total != total:
            raise BusinessError("CONTEXT_INCONSISTENT")
        return trade

    def trade(self, out_trade_no: str, now: datetime) -> Trade:
        trade = self.trades.get(out_trade_no)
        if trade is None:
            raise BusinessError("TRADE_NOT_EXIST")
        if trade.status == "WAIT_BUYER_PAY" and trade.expires_at <= now:
            trade.status = "TRADE_CLOSED"
        return trade

    def pay(self, out_trade_no: str, now: datetime) -> Trade:
        trade = self.trade(out_trade_no, now)
        if trade.status != "WAIT_BUYER_PAY":
            raise BusinessError("TRADE_HAS_CLOSE")
        trade.status, trade.paid_at = "TRADE_SUCCESS", now
        self.ledger.append((out_trade_no, "paid", trade.total))
        return trade

    def close(self, out_trade_no: str, now: datetime) -> Trade:
        trade = self.trade(out_trade_no, now)
        if trade.status != "WAIT_BUYER_PAY":
            raise BusinessError("TRADE_STATUS_ERROR")
        trade.status = "TRADE_CLOSED"
        return trade

    def refund(
        self, out_trade_no: str, number: str, amount: Decimal, now: datetime
    ) -> tuple[Trade, bool]:
        """And whether money moved."""
        trade = self.trade(out_trade_no, now)
        if number in trade.refunds:
            if trade.refunds[number] != amount:
                raise BusinessError("DISCORDANT_REPEAT_REQUEST")
            return trade, False
        if trade.paid_at is None or trade.status == "TRADE_CLOSED":
            raise BusinessError("TRADE_STATUS_ERROR")
        if trade.refunded + amount > trade.total:
            raise BusinessError("REFUND_AMT_NOT_EQUAL_TOTAL")
        trade.refunds[number] = amount
        self.ledger.append((out_trade_no, "refunded", amount))
        if trade.refunded == trade.total:
            trade.status = "TRADE_CLOSED"
        return trade, True
