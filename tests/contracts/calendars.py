"""Calendar files: what is said in them comes out again, and is nothing else."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from application.ports.calendars import CalendarEntry, CalendarMethod, Calendars

AT = datetime(2030, 6, 1, 20, tzinfo=UTC)
TEXTS = [
    "Concert",
    "",
    "Grüße, 你好; \\n is no line 🐎",
    "one\ntwo",
    "ü" * 500,
    "x" * 74 + "🐎🐎",
    "END:VEVENT\nBEGIN:VEVENT\nSUMMARY:Eve",
    "a\r\nDTSTART:20000101T000000Z",
    "a\rATTENDEE:mailto:eve@example.com",
    'a";X="b:c',
    "a\u2028b\u2029c",
    "a\x00b\x1bc\x0bd\x85e",
]


def entry(
    *,
    method: CalendarMethod = CalendarMethod.PUBLISH,
    text: str = "Concert",
    starts_at: datetime = AT,
    sequence: int = 1,
) -> CalendarEntry:
    return CalendarEntry(
        method=method,
        uid="order.event@holdfast",
        sequence=sequence,
        said_at=AT - timedelta(days=9),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        summary=text,
        location=text,
        description=text,
        url="https://shop.example/orders/1",
    )


def unfolded(file: bytes) -> list[tuple[str, str]]:
    """Names (with their parameters) and values, as RFC 5545 says to read them."""
    assert file.endswith(b"\r\n") and not file.replace(b"\r\n", b"").count(b"\n")
    lines = file.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in lines)
    whole = file.replace(b"\r\n ", b"").decode()
    return [
        (name, value) for name, _, value in (x.partition(":") for x in whole.split("\r\n")[:-1])
    ]


def plain(value: str) -> str:
    """A TEXT without its escapes."""
    meant = {"n": "\n", "N": "\n", "\\": "\\", ";": ";", ",": ","}
    found, chars = "", iter(value)
    for char in chars:
        found += meant[next(chars)] if char == "\\" else char
    return found


class CalendarsContract:
    @pytest.fixture
    def calendars(self) -> Calendars:
        raise NotImplementedError

    def test_a_date_as_it_was_said(self, calendars: Calendars) -> None:
        said = dict(unfolded(calendars.file(entry(sequence=7))))
        assert (said["VERSION"], said["METHOD"], said["STATUS"]) == ("2.0", "PUBLISH", "CONFIRMED")
        assert (said["UID"], said["SEQUENCE"]) == ("order.event@holdfast", "7")
        assert (said["DTSTART"], said["DTEND"]) == ("20300601T200000Z", "20300601T220000Z")
        assert said["DTSTAMP"] == "20300523T200000Z"
        assert said["URL"] == "https://shop.example/orders/1"
        assert said["ORGANIZER"].startswith("mailto:") and said["PRODID"]

    def test_a_moment_is_the_same_in_every_zone(self, calendars: Calendars) -> None:
        elsewhere = AT.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
        assert calendars.file(entry(starts_at=elsewhere)) == calendars.file(entry())

    def test_it_is_called_off_by_its_id(self, calendars: Calendars) -> None:
        before = dict(unfolded(calendars.file(entry())))
        said = dict(unfolded(calendars.file(entry(method=CalendarMethod.CANCEL, sequence=2))))
        assert (said["METHOD"], said["STATUS"]) == ("CANCEL", "CANCELLED")
        assert said["UID"] == before["UID"] and said["ORGANIZER"] == before["ORGANIZER"]
        assert int(said["SEQUENCE"]) > int(before["SEQUENCE"])

    @pytest.mark.parametrize("text", TEXTS)
    def test_a_text_is_a_text(self, calendars: Calendars, text: str) -> None:
        usual = unfolded(calendars.file(entry()))
        lines = unfolded(calendars.file(entry(text=text)))
        assert [name for name, _ in lines] == [name for name, _ in usual]
        written = text.replace("\r\n", "\n").replace("\r", "\n")
        expected = "".join(" " if char in "\x00\x1b\x0b\x85" else char for char in written)
        for name in ("SUMMARY", "LOCATION", "DESCRIPTION"):
            assert plain(dict(lines)[name]) == expected
