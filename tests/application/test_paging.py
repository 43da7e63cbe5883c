"""Page tokens."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest

from application.paging import decode_cursor, encode_cursor, page_limit
from shared.errors import FieldInvalid
from tests.contracts.world import IDS

MOMENT = datetime(2026, 11, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.mark.parametrize(("asked", "given"), [(None, 20), (0, 20), (1, 1), (20, 20), (100, 100)])
def test_page_sizes(asked: int | None, given: int) -> None:
    assert page_limit(asked) == given


@pytest.mark.parametrize("asked", [-1, 101, 10**9])
def test_page_sizes_that_are_refused(asked: int) -> None:
    with pytest.raises(FieldInvalid) as refused:
        page_limit(asked)
    assert [each.pointer for each in refused.value.violations] == ["/page_size"]


@pytest.mark.parametrize(
    "moment",
    [MOMENT, MOMENT.replace(microsecond=0), MOMENT.astimezone(timezone(timedelta(hours=-5)))],
)
def test_a_token_comes_back_as_it_was(moment: datetime) -> None:
    id = IDS.uuid()
    token = encode_cursor("events", moment, id)
    assert decode_cursor("events", token) == (moment, id)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("token", [None, ""])
def test_no_token_is_the_first_page(token: str | None) -> None:
    assert decode_cursor("events", token) is None


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        encode_cursor("orders", MOMENT, IDS.uuid()),
        "x",
        "nonsense",
        "é",
        "%%%",
        encoded("null"),
        encoded("[]"),
        encoded("{}"),
        encoded('["events","2026-11-01T12:30:15+00:00"]'),
        encoded('["events","2026-11-01T12:30:15+00:00","no id"]'),
        encoded('["events","2026-11-01T12:30:15","01a1fc17-6c9e-74a6-8030-4950aa77344b"]'),
        encoded('["events","soon","01a1fc17-6c9e-74a6-8030-4950aa77344b"]'),
        encoded('["events",1,"01a1fc17-6c9e-74a6-8030-4950aa77344b"]'),
        encoded('["events","2026-11-01T12:30:15+00:00",7]'),
        encoded('["events","2026-11-01T12:30:15+00:00","01a1fc17-6c9e-74a6-8030-4950aa77344b",1]'),
        encoded("[" * 100_000),
        encoded('["events","0001-01-01T00:00:00+14:00","01a1fc17-6c9e-74a6-8030-4950aa77344b"]'),
        encoded('["events","9999-12-31T23:59:59-14:00","01a1fc17-6c9e-74a6-8030-4950aa77344b"]'),
    ],
)
def test_what_we_did_not_make_is_refused(token: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        decode_cursor("events", token)
    assert [each.pointer for each in refused.value.violations] == ["/page_token"]
