"""What letters to buyers tell, and what a language has to be able to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from shared.money import Money

MOST_CODES: Final = 200
"""Tickets that a letter lists; the rest are with the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """What was bought of one ticket type."""

    name: str
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryTicket:
    name: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An order and its event as they are now. `tickets` are those that are good; `paid` whether
    there was money; `link` leads to the order. Times are those of the event's own zone."""

    buyer: str
    number: str
    event: str
    organizer: str
    venue: str
    starts_at: datetime
    timezone: str
    lines: Sequence[StoryLine]
    total: Money
    paid: bool
    tickets: Sequence[StoryTicket]
    link: str


class OrderLetters(Protocol):
    """Subject and text of each letter. They hold secrets: log neither. Names stand in the text
    only, as in `application/mail/letters.py`."""

    def order_confirmed(self, story: Story) -> tuple[str, str]:
        """Here are your tickets."""
        ...

    def order_cancelled(self, story: Story) -> tuple[str, str]:
        """The organizer does not want it; there is nothing to pay (any more)."""
        ...

    def order_failed(self, story: Story) -> tuple[str, str]:
        """The promised money could not be taken."""
        ...

    def order_lapsed(self, story: Story) -> tuple[str, str]:
        """The money that was to come by itself did not come in time."""
        ...

    def payment_late(self, story: Story, amount: Money) -> tuple[str, str]:
        """Nothing was left for it: it goes back."""
        ...

    def refund_completed(self, story: Story, amount: Money, void: int) -> tuple[str, str]:
        """It has gone back; so many tickets are not good any more because of that."""
        ...

    def event_changed(self, story: Story) -> tuple[str, str]:
        """It is as told here now; the tickets stay good."""
        ...

    def event_cancelled(self, story: Story) -> tuple[str, str]:
        """It does not take place, and what was paid goes back by itself."""
        ...
