"""Holds as shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from application.views.money import MoneyView
from domain.charges import summed
from domain.hold.hold import Hold
from domain.line import Line
from shared.ids import EventId, HoldId, TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    ticket_type_id: TicketTypeId
    quantity: int
    unit_price: MoneyView

    @classmethod
    def of(cls, line: Line) -> Self:
        return cls(
            ticket_type_id=line.ticket_type_id,
            quantity=line.quantity,
            unit_price=MoneyView.of(line.unit_price),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeView:
    """A tax or a fee of all lines together. What is `included` is part of the prices; what is not
    is paid on top of them."""

    kind: str
    name: str
    amount: MoneyView
    included: bool


def charges_of(lines: Sequence[Line]) -> tuple[ChargeView, ...]:
    """One of each kind and name."""
    if not any(line.charges for line in lines):
        return ()
    return tuple(
        ChargeView(
            kind=charge.kind.value,
            name=charge.name,
            amount=MoneyView.of(charge.amount),
            included=charge.included,
        )
        for charge in summed((line.quantity, line.charges) for line in lines)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """`state` as it is at the moment of reading: EXPIRED from its deadline on."""

    id: HoldId
    event_id: EventId
    state: str
    lines: tuple[LineView, ...]
    charges: tuple[ChargeView, ...] = ()
    total: MoneyView
    expires_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, hold: Hold, *, at: datetime) -> Self:
        return cls(
            id=hold.id,
            event_id=hold.event_id,
            state=hold.state_at(at).value,
            lines=tuple(LineView.of(line) for line in hold.lines),
            charges=charges_of(hold.lines),
            total=MoneyView.of(hold.total),
            expires_at=hold.expires_at,
            created_at=hold.created_at,
        )
