"""What a buyer does at a face; the sale does not know which."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    email: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is for sale: an event, and its one ticket type."""

    event_id: str
    ticket_type_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldTicket:
    id: str
    code: str


class Shop(Protocol):
    """One face. Everything raises the `AppError` the server refused with, and `Unanswered` when
    no answer came: the request may or may not have had its effect."""

    name: str

    async def register(self, email: str, password: str, name: str) -> None: ...

    async def login(self, email: str, password: str) -> Account: ...

    async def hold(self, account: Account, offer: Offer, quantity: int, *, key: str) -> str:
        """The hold's id."""
        ...

    async def order(self, account: Account, hold_id: str, *, key: str) -> str:
        """The order's id."""
        ...

    async def pay(self, account: Account, order_id: str, method: str, *, key: str) -> str:
        """The payment's id."""
        ...

    async def cancel(self, account: Account, order_id: str, *, key: str) -> None: ...

    async def order_state(self, account: Account, order_id: str) -> str: ...

    async def tickets(self, account: Account, order_id: str) -> tuple[SoldTicket, ...]: ...


class Unanswered(Exception):
    """The connection broke, or nothing came in time."""
