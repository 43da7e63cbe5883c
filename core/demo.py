"""What there is to buy from in an embedded database that was empty."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The demo event and its buyer, for the greeting of `make run`."""

    event_id: str
    event_name: str
    ticket_type_id: str
    buyer_email: str
    password: str
