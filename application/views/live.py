"""What streams tell."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from application.messaging.message import Message
from application.views.order import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A fact, without what is in it."""

    type: str
    occurred_at: datetime

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(type=message.type, occurred_at=message.occurred_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdateView:
    """`changes` are all there were since the update before, or since the cursor with which one came
    back. `order` is as it stands behind them, or later. `final`: nothing more is expected."""

    cursor: str
    changes: tuple[ChangeView, ...]
    order: OrderView
    final: bool
