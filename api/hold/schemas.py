"""Shapes of holds."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field

from api.fast.body import FastBody
from api.schemas import Money
from api.shape import Id, Input, Output, Whole, read_id, with_example
from application.hold.create_hold import CreateHold, WantedLine
from domain.charges import ChargeKind
from domain.hold.hold import HoldState
from shared.ids import EventId, HoldId, TicketTypeId

HoldIdPath = Annotated[HoldId, Id, Path(description="The hold.")]

_EVENT_ID = "01936b2a-7c00-7a10-8000-000000000003"
_STANDING = "01936b2a-7c00-7a10-8000-000000000004"


class HoldLineRequest(Input):
    ticket_type_id: Annotated[TicketTypeId, Id]
    quantity: Whole

    def wanted(self) -> WantedLine:
        return WantedLine(ticket_type_id=self.ticket_type_id, quantity=self.quantity)


class HoldRequest(Input):
    model_config = with_example(
        {
            "event_id": _EVENT_ID,
            "lines": [{"ticket_type_id": _STANDING, "quantity": 2}],
        }
    )

    event_id: Annotated[EventId, Id]
    lines: list[HoldLineRequest] = Field(description="All of them or none; a ticket type once.")

    def command(self) -> CreateHold:
        return CreateHold(event_id=self.event_id, lines=tuple(line.wanted() for line in self.lines))


class FastHoldLine(FastBody, frozen=True):
    ticket_type_id: str
    quantity: int

    def __post_init__(self) -> None:
        read_id(self.ticket_type_id)


class FastHoldRequest(FastBody, frozen=True):
    """See `HoldRequest`."""

    event_id: str
    lines: list[FastHoldLine]

    def __post_init__(self) -> None:
        read_id(self.event_id)

    def command(self) -> CreateHold:
        return CreateHold(
            event_id=EventId(read_id(self.event_id)),
            lines=tuple(
                WantedLine(
                    ticket_type_id=TicketTypeId(read_id(line.ticket_type_id)),
                    quantity=line.quantity,
                )
                for line in self.lines
            ),
        )


class Line(Output):
    ticket_type_id: UUID
    quantity: int
    unit_price: Money = Field(description="As it was when the hold was made.")


class Charge(Output):
    """A tax or a fee of all lines together."""

    kind: ChargeKind
    name: str
    amount: Money
    included: bool = Field(description="Whether the prices contain it; else it comes on top.")


class Hold(Output):
    model_config = with_example(
        {
            "id": "01936b2a-7c00-7a10-8000-000000000006",
            "event_id": _EVENT_ID,
            "state": "ACTIVE",
            "lines": [
                {
                    "ticket_type_id": _STANDING,
                    "quantity": 2,
                    "unit_price": {"amount": 2500, "currency": "EUR"},
                }
            ],
            "charges": [
                {
                    "kind": "TAX",
                    "name": "VAT",
                    "amount": {"amount": 798, "currency": "EUR"},
                    "included": True,
                }
            ],
            "total": {"amount": 5000, "currency": "EUR"},
            "expires_at": "2026-11-21T10:20:00Z",
            "created_at": "2026-11-21T10:15:00Z",
        }
    )

    id: UUID
    event_id: UUID
    state: HoldState = Field(description="EXPIRED from `expires_at` on.")
    lines: list[Line]
    charges: list[Charge] = Field(description="Taxes and fees, included in the prices or not.")
    total: Money = Field(description="What is to be paid: lines, and charges not included.")
    expires_at: AwareDatetime
    created_at: AwareDatetime
