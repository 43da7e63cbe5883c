"""Letters to buyers in English."""

from collections.abc import Sequence
from typing import Final

from application.mail.letters import paragraphs, printable, quoted
from application.notification.story import MOST_CODES, OrderLetters, Story
from shared.money import Money

_DAYS: Final = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()
)


class EnglishOrderLetters(OrderLetters):
    def order_confirmed(self, story: Story) -> tuple[str, str]:
        return f"Your tickets, order {story.number}", paragraphs(
            _greeting(story),
            f"your order {story.number} with {quoted(story.organizer)} is confirmed:",
            _event(story),
            _bought(story),
            "Your tickets. Show the code of each at the entrance, and to nobody before:",
            *_codes(story),
            f"Your order: {story.link}",
            "The file with this letter puts the date into your calendar.",
        )

    def order_cancelled(self, story: Story) -> tuple[str, str]:
        return f"Your order {story.number} was cancelled", paragraphs(
            _greeting(story),
            f"{quoted(story.organizer)} has cancelled your order {story.number}:",
            _event(story),
            "There is nothing to pay, and there are no tickets.",
        )

    def order_failed(self, story: Story) -> tuple[str, str]:
        return f"Your order {story.number} could not be paid", paragraphs(
            _greeting(story),
            f"the payment of your order {story.number} was promised first and then refused:",
            _event(story),
            f"The {_money(story.total)} were not taken, and there are no tickets. "
            "As long as there are some, you can order again.",
        )

    def order_lapsed(self, story: Story) -> tuple[str, str]:
        return f"Your order {story.number} has ended", paragraphs(
            _greeting(story),
            f"nobody has told us in time that the money for your order {story.number} is there:",
            _event(story),
            f"The order has ended. Please do not send the {_money(story.total)} any more. If they "
            f"are on their way, tell {quoted(story.organizer)}, who can still take them or send "
            "them back.",
        )

    def payment_late(self, story: Story, amount: Money) -> tuple[str, str]:
        return f"Your payment for order {story.number} came too late", paragraphs(
            _greeting(story),
            f"your payment for order {story.number} came when the order had ended:",
            _event(story),
            f"There are no tickets for it, and the {_money(amount)} go back to where they came "
            "from. You need not do anything.",
        )

    def refund_completed(self, story: Story, amount: Money, void: int) -> tuple[str, str]:
        return f"Refund for order {story.number}", paragraphs(
            _greeting(story),
            f"{_money(amount)} of your order {story.number} have gone back to where they came "
            "from. Until you see them, your bank may take some days.",
            _event(story),
            _left(story, void),
        )

    def event_changed(self, story: Story) -> tuple[str, str]:
        return f"News about your order {story.number}", paragraphs(
            _greeting(story),
            f"{quoted(story.organizer)} has changed what you have tickets for. It is now:",
            _event(story),
            f"Your tickets stay valid. Your order: {story.link}",
            "The file with this letter brings your calendar up to date.",
        )

    def event_cancelled(self, story: Story) -> tuple[str, str]:
        return f"Cancelled: what order {story.number} is for", paragraphs(
            _greeting(story),
            f"{quoted(story.organizer)} has cancelled the event of your order {story.number}:",
            _event(story),
            (
                "What you have paid goes back to where it came from. You need not do anything."
                if story.paid
                else "There is nothing to pay any more."
            ),
            "The file with this letter takes the date out of your calendar.",
        )


def _greeting(story: Story) -> str:
    shown = printable(story.buyer)
    return f"Hello {shown}," if shown else "Hello,"


def _event(story: Story) -> str:
    at = story.starts_at
    day = f"{_DAYS[at.weekday()]}, {at.day} {_MONTHS[at.month - 1]} {at.year}"
    when = f"{day}, {at:%H:%M} ({story.timezone})"
    return "\n".join((quoted(story.event), when, *filter(None, [printable(story.venue)])))


def _bought(story: Story) -> str:
    lines = [
        f"{line.quantity} x {printable(line.name)}: {_money(line.total)}" for line in story.lines
    ]
    return "\n".join((*lines, f"In all: {_money(story.total)}"))


def _codes(story: Story) -> Sequence[str]:
    listed = story.tickets[:MOST_CODES]
    more = len(story.tickets) - len(listed)
    codes = "\n".join(f"{ticket.code}  {printable(ticket.name)}" for ticket in listed)
    return (codes, f"{more} more are with your order.") if more else (codes,)


def _left(story: Story, void: int) -> str:
    good = len(story.tickets)
    if not good:
        return "No ticket of this order is valid any more."
    said = f"Tickets that are not valid any more: {void}. " if void else ""
    return f"{said}Valid tickets of this order: {good}."


def _money(amount: Money) -> str:
    return str(amount)
