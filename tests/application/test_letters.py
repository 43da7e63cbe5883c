"""What our letters say, and what nobody can make them say."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from application.mail.english import EnglishAccountLetters
from application.mail.german import GermanAccountLetters
from application.mail.letters import LONGEST_NAME, AccountLetters, printable

BASE = "https://shop.example"
TOKEN = "aB3-_xyz"
HOUR = timedelta(hours=1)
ENGLISH, GERMAN = EnglishAccountLetters(), GermanAccountLetters()
verify_email = ENGLISH.verify_email


def verification(name: str, letters: AccountLetters = ENGLISH) -> tuple[str, str]:
    return letters.verify_email(name, link_base=BASE, token=TOKEN, expires_in=HOUR)


def reset(name: str, letters: AccountLetters = ENGLISH) -> tuple[str, str]:
    return letters.reset_password(name, link_base=BASE, token=TOKEN, expires_in=HOUR)


def changed(name: str, letters: AccountLetters = ENGLISH) -> tuple[str, str]:
    return letters.password_changed(name)


def invited(name: str, letters: AccountLetters = ENGLISH) -> tuple[str, str]:
    return letters.invitation(
        organizer_name=name,
        inviter_name=name,
        role="scanner",
        link_base=BASE,
        token=TOKEN,
        expires_in=HOUR,
    )


Write = Callable[[str, AccountLetters], tuple[str, str]]
WITH_TOKEN = [
    (verification, "verify-email"),
    (reset, "reset-password"),
    (invited, "accept-invitation"),
]
ALL = [verification, reset, invited, changed]
languages = pytest.mark.parametrize("letters", [ENGLISH, GERMAN], ids=["en", "de"])


@languages
@pytest.mark.parametrize(("write", "page"), WITH_TOKEN)
def test_the_token_stands_there_as_a_link_and_bare(
    write: Write, page: str, letters: AccountLetters
) -> None:
    subject, text = write("Ada", letters)
    lines = text.split("\n")
    assert f"{BASE}/{page}?token={TOKEN}" in lines
    assert TOKEN in lines
    assert TOKEN not in subject
    assert re.search("60 [mM]inute[sn]", text) and "Ada" in text
    assert text.endswith("\n") and max(map(len, lines)) < 998


def test_a_base_may_have_a_path_and_a_slash_and_a_token_any_characters() -> None:
    _, text = verify_email("Ada", link_base=f"{BASE}/shop/", token="a+b/c=&", expires_in=HOUR)
    assert f"{BASE}/shop/verify-email?token=a%2Bb%2Fc%3D%26" in text.split("\n")


def test_a_changed_password_is_told_without_a_link() -> None:
    for letters in (ENGLISH, GERMAN):
        _, text = changed("Ada", letters)
        assert "Ada" in text and "://" not in text


def test_an_invitation_names_who_invites_whom_to_what() -> None:
    _, text = ENGLISH.invitation(
        organizer_name="Opera",
        inviter_name="Ada",
        role="scanner",
        link_base=BASE,
        token=TOKEN,
        expires_in=HOUR,
    )
    assert '"Ada" invites you to join the organizer "Opera" as scanner.' in text


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(days=7), "7 days"),
        (timedelta(days=7, microseconds=-1), "6 days"),
        (timedelta(days=1), "24 hours"),
        (timedelta(hours=24, seconds=-3), "23 hours"),
        (timedelta(hours=1), "60 minutes"),
        (timedelta(seconds=119), "119 seconds"),
        (timedelta(seconds=-5), "1 second"),
        (timedelta(milliseconds=10), "1 second"),
    ],
)
def test_how_long(time: timedelta, said: str) -> None:
    _, text = verify_email("Ada", link_base=BASE, token=TOKEN, expires_in=time)
    assert f"for {said}." in text


HOSTILE = [
    f"{BASE}/verify-email?token=evil",
    "https:\u200b//evil.example",
    "http:\\\\evil.example",
    "evil.example/verify-email?token=evil",
    "evil\u200b.\u2060example",
    "evil。example",
    "evil．example",
    "evil｡example",
    "evil․example",
    "evil.\u00adexample",
    "//localhost:8000/verify-email",
    "mailto:eve@evil.example",
    "javascript:alert(1)",
    "HTTPS：//evil.example",
    f"Ada\n\n{BASE}/verify-email?token=evil",
    'Ada" and "Eve',
    "Ada\r\nBcc: eve@evil.example",
    "Ada\u2028second line\x85third\x0bfourth\x00",
    "\u202egnirts\u202c",
    "x." * 5000,
]
LINK = re.compile(r"\w[.\u2024\u3002\uff0e\uff61]\w|[:\uff1a]\S|://", re.UNICODE)


@languages
@pytest.mark.parametrize("write", ALL)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_no_link_and_no_line(write: Write, name: str, letters: AccountLetters) -> None:
    plain_subject, plain = write("N", letters)
    subject, text = write(name, letters)
    assert subject == plain_subject
    assert text.count("\n") == plain.count("\n")
    for line, expected in zip(text.split("\n"), plain.split("\n"), strict=True):
        if line != expected:
            assert not LINK.search(line)
            assert line.isprintable()
            assert line.count('"') == expected.count('"')
            assert len(line) <= len(expected) + 2 * LONGEST_NAME


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("  Ada\t Lovelace ", "Ada Lovelace"),
        ("J.R.R. Tolkien", "J. R. R. Tolkien"),
        ("Grüße 你好 🐎", "Grüße 你好 🐎"),
        ("O'Neil & Søn (AC/DC)", "O'Neil & Søn (AC/DC)"),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 99 + "…"),
        ("\u200b\n", ""),
    ],
)
def test_a_name_as_it_is_shown(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_nobody_is_greeted_too() -> None:
    assert verification("\u200b")[1].startswith("Hello,\n")


def test_each_language_says_it_in_its_own_words() -> None:
    for write in ALL:
        english, german = write("Ada", ENGLISH), write("Ada", GERMAN)
        assert english[0] != german[0] and english[1] != german[1]
    assert GERMAN.verify_email("A", link_base=BASE, token=TOKEN, expires_in=24 * HOUR)[1].count(
        "24 Stunden lang"
    )
