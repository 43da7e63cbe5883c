"""Shapes of tickets."""

from typing import Final
from uuid import UUID

from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from api.shape import Output, page_of, with_example
from domain.ticket.ticket import TicketState

TICKET: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-000000000009",
    "order_id": "01936b2a-7c00-7a10-8000-000000000007",
    "event_id": "01936b2a-7c00-7a10-8000-000000000003",
    "ticket_type_id": "01936b2a-7c00-7a10-8000-000000000004",
    "code": "s3Vt0mXq1kYb8Zr5Lw2NcA",
    "state": "ISSUED",
    "disputed": False,
    "issued_at": "2026-11-21T10:17:01Z",
}


class Ticket(Output):
    model_config = with_example(TICKET)

    id: UUID
    order_id: UUID
    event_id: UUID
    ticket_type_id: UUID
    code: str = Field(description="Admits its bearer: treat it as a secret.")
    state: TicketState
    disputed: bool = Field(description="Whether the payer's bank claims its money back.")
    issued_at: AwareDatetime


class TicketPage(Output):
    model_config = with_example(page_of(TICKET))

    items: list[Ticket]
    next_page_token: str = Field(description="Always empty: an order has few tickets.")
