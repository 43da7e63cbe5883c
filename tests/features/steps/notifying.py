"""What buyers find in their mail."""

import time

from pytest_bdd import parsers, then

from tests.faces.letters import Letter
from tests.faces.outcome import items, text
from tests.features.world import World

A_WHILE = 2.0
"""Seconds in which a second letter would have come: the job that sends runs every second."""


def letters_about(world: World, who: str) -> list[Letter]:
    order = world.asks(who, "GetOrder", {"order_id": world.order_of(who)})
    subject = f"Your tickets, order {text(order, 'number')}"
    world.letters.nth(world.people[who].email, subject)
    return world.letters.to(world.people[who].email, subject)


@then(parsers.re(r"(?P<who>\w+) gets one mail with (?:her|his) (?P<count>\d+) tickets"))
def gets_one_mail(world: World, who: str, count: str) -> None:
    letters_about(world, who)
    time.sleep(A_WHILE)
    [letter] = letters_about(world, who)
    request = {"order_id": world.order_of(who)}
    tickets = items(world.asks(who, "ListTickets", request), "items")
    codes = [text(ticket, "code") for ticket in tickets]
    assert len(codes) == int(count) and all(code in letter.text for code in codes)
    assert text(world.event, "name") in letter.text or world.word in letter.text


@then(parsers.parse("the mail has a file for {whose}'s calendar"))
def has_calendar(world: World, whose: str) -> None:
    [letter] = letters_about(world, whose)
    [(name, content)] = letter.files.items()
    file = content.replace(b"\r\n ", b"").decode()
    assert name == "event.ics" and file.startswith("BEGIN:VCALENDAR\r\n")
    assert f"UID:{world.order_of(whose)}.{world.event_id}@holdfast\r\n" in file
