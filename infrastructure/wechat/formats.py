"""Ids, amounts and times as WeChat Pay writes them."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Final
from uuid import UUID

from shared.ids import PaymentId
from shared.money import Money

CURRENCY: Final = "CNY"
_BEIJING: Final = timezone(timedelta(hours=8))
_NUMBER: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LONGEST_TEXT: Final = 127


def number(id: UUID) -> str:
    """Our id as a number of theirs (out_trade_no, out_refund_no): 32 characters, no dashes."""
    return id.hex


def payment_id(number: object) -> PaymentId:
    """Raises ValueError when the number is none of ours."""
    if not isinstance(number, str) or _NUMBER.fullmatch(number) is None:
        raise ValueError("no number of ours")
    return PaymentId(UUID(number))


def fen(fields: Mapping[str, object], name: str) -> int | None:
    """An amount out of the member `amount`; None where it does not say, or in other money."""
    amount = fields.get("amount")
    if not isinstance(amount, dict) or amount.get("currency", CURRENCY) != CURRENCY:
        return None
    value = amount.get(name)
    return value if type(value) is int and value >= 0 else None


def money(fields: Mapping[str, object], name: str) -> Money | None:
    found = fen(fields, name)
    return None if found is None else Money(found, CURRENCY)


def written(at: datetime) -> str:
    return at.astimezone(_BEIJING).isoformat(timespec="seconds")


def moment(text: object) -> datetime:
    """Raises ValueError when it is no time with an offset."""
    at = datetime.fromisoformat(text) if isinstance(text, str) else None
    if at is None or at.tzinfo is None:
        raise ValueError("no time with an offset")
    return at


def description(text: str) -> str:
    return text.encode()[:_LONGEST_TEXT].decode(errors="ignore")
