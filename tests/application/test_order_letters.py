"""What buyers are written, in each language, and what nobody can make these letters say."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from application.mail.languages import Language
from application.mail.letters import LONGEST_NAME
from application.notification.english import EnglishOrderLetters
from application.notification.german import GermanOrderLetters
from application.notification.story import MOST_CODES, OrderLetters, Story, StoryLine, StoryTicket
from application.wiring.mails import LETTERS
from shared.money import Money
from tests.application.test_letters import HOSTILE, LINK

ENGLISH, GERMAN = EnglishOrderLetters(), GermanOrderLetters()
FIFTY = Money(5000, "EUR")
LINK_BASE = "https://shop.example/orders/1"


def story(name: str = "N", **changes: object) -> Story:
    told = Story(
        buyer=name,
        number="HF-7Q2M-K4WX-9T",
        event=name,
        organizer=name,
        venue=name,
        starts_at=datetime(2030, 6, 1, 20, 30, tzinfo=ZoneInfo("Europe/Berlin")),
        timezone="Europe/Berlin",
        lines=[StoryLine(name=name, quantity=2, total=FIFTY)],
        total=FIFTY,
        paid=True,
        tickets=[StoryTicket(name=name, code="code-one"), StoryTicket(name=name, code="code-two")],
        link=LINK_BASE,
    )
    return replace(told, **changes)  # type: ignore[arg-type]


Write = Callable[[OrderLetters, Story], tuple[str, str]]
ALL: dict[str, Write] = {
    "order_confirmed": lambda say, told: say.order_confirmed(told),
    "order_cancelled": lambda say, told: say.order_cancelled(told),
    "order_failed": lambda say, told: say.order_failed(told),
    "order_lapsed": lambda say, told: say.order_lapsed(told),
    "payment_late": lambda say, told: say.payment_late(told, FIFTY),
    "refund_completed": lambda say, told: say.refund_completed(told, FIFTY, 1),
    "event_changed": lambda say, told: say.event_changed(told),
    "event_cancelled": lambda say, told: say.event_cancelled(told),
}
letters = pytest.mark.parametrize("write", ALL.values(), ids=ALL)
languages = pytest.mark.parametrize("say", [ENGLISH, GERMAN], ids=["en", "de"])


def test_every_letter_is_looked_at_here_and_every_language_is_there() -> None:
    public = {name for name, _ in inspect.getmembers(OrderLetters, inspect.isfunction)}
    assert {name for name in public if not name.startswith("_")} == set(ALL)
    assert set(LETTERS) == set(Language)


@languages
@letters
def test_it_says_which_order_and_what_it_is_for(write: Write, say: OrderLetters) -> None:
    subject, text = write(say, story("Ada"))
    assert "HF-7Q2M-K4WX-9T" in subject
    assert '"Ada"\n' in text and "20:30" in text and "2030" in text and "(Europe/Berlin)" in text
    assert text.endswith("\n") and max(map(len, text.split("\n"))) < 998


@letters
def test_each_language_has_its_own_words(write: Write) -> None:
    english, german = write(ENGLISH, story()), write(GERMAN, story())
    assert english[0] != german[0] and english[1] != german[1]
    assert "Saturday, 1 June 2030, 20:30 (Europe/Berlin)" in english[1]
    assert "Samstag, 1. Juni 2030, 20:30 Uhr (Europe/Berlin)" in german[1]


@languages
@letters
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_no_link_and_no_line(write: Write, name: str, say: OrderLetters) -> None:
    plain_subject, plain = write(say, story("N"))
    subject, text = write(say, story(name))
    assert subject == plain_subject
    assert text.count("\n") == plain.count("\n")
    for line, expected in zip(text.split("\n"), plain.split("\n"), strict=True):
        if line != expected:
            assert not LINK.search(line.replace("50.00 EUR", ""))
            assert line.isprintable()
            assert line.count('"') == expected.count('"')
            assert len(line) <= len(expected) + 2 * LONGEST_NAME


@languages
def test_the_tickets_stand_in_one_letter_alone(say: OrderLetters) -> None:
    for name, write in ALL.items():
        subject, text = write(say, story())
        assert ("code-one" in text and "code-two" in text) == (name == "order_confirmed")
        assert "code-" not in subject


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        (ENGLISH, "2 x Standing: 50.00 EUR\nIn all: 50.00 EUR"),
        (GERMAN, "2 x Standing: 50,00 EUR\nZusammen: 50,00 EUR"),
    ],
)
def test_what_was_bought(say: OrderLetters, expected: str) -> None:
    _, text = say.order_confirmed(story("Standing"))
    assert expected in text.split("\n\n")
    assert LINK_BASE in text


@languages
def test_a_long_list_ends_and_says_so(say: OrderLetters) -> None:
    many = [StoryTicket(name="N", code=f"code-{nr:04}") for nr in range(MOST_CODES + 3)]
    _, text = say.order_confirmed(story(tickets=many))
    assert text.count("code-") == MOST_CODES
    assert "\n\n3 " in text
    _, text = say.order_confirmed(story(tickets=many[:MOST_CODES]))
    assert text.count("code-") == MOST_CODES and "\n\n3 " not in text


@pytest.mark.parametrize(
    ("void", "left", "english", "german"),
    [
        (0, 2, "Valid tickets of this order: 2.", "Gültige Tickets dieser Bestellung: 2."),
        (
            1,
            1,
            "Tickets that are not valid any more: 1. Valid tickets of this order: 1.",
            "Tickets, die nicht mehr gelten: 1. Gültige Tickets dieser Bestellung: 1.",
        ),
        (
            2,
            0,
            "No ticket of this order is valid any more.",
            "Kein Ticket dieser Bestellung gilt mehr.",
        ),
    ],
)
def test_a_refund_says_how_much_and_what_is_left(
    void: int, left: int, english: str, german: str
) -> None:
    told = story(tickets=story().tickets[:left])
    for say, expected in ((ENGLISH, english), (GERMAN, german)):
        _, text = say.refund_completed(told, Money(1, "KWD"), void)
        assert expected in text.split("\n")
        assert ("0.001 KWD" if say is ENGLISH else "0,001 KWD") in text


@languages
def test_a_cancelled_event_speaks_of_money_where_there_was_some(say: OrderLetters) -> None:
    _, paid = say.event_cancelled(story())
    _, unpaid = say.event_cancelled(story(paid=False))
    assert paid != unpaid


@languages
def test_nobody_and_nowhere_are_told_too(say: OrderLetters) -> None:
    _, text = say.order_confirmed(story(buyer="\u200b", venue=""))
    assert text.split(",")[0] in ("Hello", "Guten Tag")
    assert "(Europe/Berlin)\n\n" in text
