"""Amounts, times and ids as Alipay writes them."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from uuid import UUID

from shared.ids import PaymentId
from shared.money import Money

CURRENCY: Final = "CNY"
_BEIJING: Final = timezone(timedelta(hours=8))
_TIME: Final = "%Y-%m-%d %H:%M:%S"
_YUAN: Final = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,2}))?", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


def yuan(amount: Money) -> str:
    """ "12.50" for 1250 CNY. Raises ValueError for other currencies."""
    if amount.currency != CURRENCY:
        raise ValueError(f"Alipay takes {CURRENCY} only, not {amount.currency}")
    whole, fen = divmod(amount.amount, 100)
    return f"{whole}.{fen:02d}"


def money(text: str) -> Money:
    """Raises ValueError when it is no amount of yuan."""
    parts = _YUAN.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is no amount of yuan")
    return Money(int(parts[1]) * 100 + int((parts[2] or "").ljust(2, "0")), CURRENCY)


def written(at: datetime) -> str:
    return at.astimezone(_BEIJING).strftime(_TIME)


def moment(text: str) -> datetime:
    """Raises ValueError when it is no time."""
    return datetime.strptime(text, _TIME).replace(tzinfo=_BEIJING).astimezone(UTC)


def number(payment_id: UUID) -> str:
    """Our id as a number of theirs (out_trade_no, out_request_no): letters and digits only."""
    return payment_id.hex


def payment_id(number: str) -> PaymentId:
    """Raises ValueError when the number is none of ours."""
    if _NUMBER.fullmatch(number) is None:
        raise ValueError(f"{number!r} is no number of ours")
    return PaymentId(UUID(number))


def subject(description: str) -> str:
    """Characters that Alipay does not take in a subject are left out."""
    return " ".join(re.sub(r"[/=&\x00-\x1f\x7f]", " ", description).split())[:256] or "-"
