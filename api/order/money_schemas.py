"""Shapes of refunds, of payments confirmed by hand, and of an order's books."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from api.schemas import Money, Price
from api.shape import Flag, Id, Input, Output, Text, page_of, with_example
from application.order.confirm_payment import ConfirmPayment
from application.order.refund_order import RefundOrder
from domain.ledger.posting import Account, PostingKind
from domain.order.refund import RefundState
from shared.ids import OrderId, PaymentId, TicketId

PaymentIdPath = Annotated[PaymentId, Id, Path(description="The payment.")]

_ORDER_ID: Final = "01936b2a-7c00-7a10-8000-000000000007"
_PAYMENT_ID: Final = "01936b2a-7c00-7a10-8000-000000000008"
_TICKET_ID: Final = "01936b2a-7c00-7a10-8000-000000000009"
_REFUND_ID: Final = "01936b2a-7c00-7a10-8000-00000000000d"

_REFUND: Final[JsonDict] = {
    "id": _REFUND_ID,
    "order_id": _ORDER_ID,
    "payment_id": _PAYMENT_ID,
    "state": "SUCCEEDED",
    "amount": {"amount": 2500, "currency": "EUR"},
    "reason": "Ada cannot come",
    "ticket_ids": [_TICKET_ID],
    "retry_of": None,
    "failure": None,
    "created_at": "2026-11-22T09:00:00Z",
}
_POSTING: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-00000000000e",
    "kind": "REFUND",
    "source_id": _REFUND_ID,
    "payment_id": _PAYMENT_ID,
    "provider": "simulated",
    "currency": "EUR",
    "entries": [
        {"account": "PROVIDER", "amount": -2500},
        {"account": "ORGANIZER", "amount": 2500},
    ],
    "occurred_at": "2026-11-22T09:00:01Z",
}


class RefundRequest(Input):
    model_config = with_example(
        {"amount": {"amount": 500, "currency": "EUR"}, "reason": "The beer was warm"},
        {"ticket_ids": [_TICKET_ID], "reason": "Ada cannot come"},
    )

    amount: Price | None = Field(
        default=None,
        description="How much goes back. Left out: what was paid for `ticket_ids`; without these, "
        "too, all that is left.",
    )
    ticket_ids: list[Annotated[TicketId, Id]] | None = Field(
        default=None,
        description="At least one; these become void. Left out: every ticket does when all that is "
        "left goes back, and none does when less goes back.",
    )
    reason: Text = Field(description="For the order's history: 1 to 200 characters.")
    return_stock: Flag = Field(
        default=True, description="Whether the places of the tickets are sold again."
    )

    def command(self, order_id: OrderId) -> RefundOrder:
        return RefundOrder(
            order_id=order_id,
            amount=None if self.amount is None else (self.amount.amount, self.amount.currency),
            ticket_ids=None if self.ticket_ids is None else tuple(self.ticket_ids),
            reason=self.reason,
            return_stock=self.return_stock,
        )


class Confirmation(Input):
    model_config = with_example({"note": "Bank statement 47, line 3"})

    note: Text | None = Field(default=None, description="What you want to remember of it.")

    def command(self, order_id: OrderId, payment_id: PaymentId) -> ConfirmPayment:
        return ConfirmPayment(order_id=order_id, payment_id=payment_id, note=self.note)


class Refund(Output):
    model_config = with_example(_REFUND)

    id: UUID
    order_id: UUID
    payment_id: UUID = Field(description="The payment it is of.")
    state: RefundState = Field(description="FAILED needs attention.")
    amount: Money
    reason: str = Field(
        description="As it was given; `EVENT_CANCELLED` and `LATE_PAYMENT` are the system's."
    )
    ticket_ids: list[UUID] = Field(description="The tickets that became void with it.")
    retry_of: UUID | None = Field(description="The failed refund that this one tries once more.")
    failure: str | None = Field(description="Why it failed, in the provider's words.")
    created_at: AwareDatetime


class RefundPage(Output):
    model_config = with_example(page_of(_REFUND))

    items: list[Refund]
    next_page_token: str = Field(description="Always empty: all refunds are on one page.")


class Entry(Output):
    account: Account
    amount: int = Field(description="In minor units: positive came in, negative went out.")


class Posting(Output):
    model_config = with_example(_POSTING)

    id: UUID
    kind: PostingKind
    source_id: UUID = Field(description="The payment, refund or dispute it comes of.")
    payment_id: UUID
    provider: str
    currency: str = Field(description="ISO 4217; of all entries.")
    entries: list[Entry] = Field(description="Their amounts sum to zero.")
    occurred_at: AwareDatetime


class PostingPage(Output):
    model_config = with_example(page_of(_POSTING))

    items: list[Posting]
    next_page_token: str = Field(description="Always empty: all postings are on one page.")
