"""Requests that do not have the right shape, and in which words they are refused."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from api.shape import Input, violations
from shared.checks import (
    NOT_A_LIST,
    NOT_A_STRING,
    NOT_A_TIME,
    NOT_A_UUID,
    NOT_AN_INTEGER,
    NOT_AN_OBJECT,
    REQUIRED,
    UNKNOWN_FIELD,
)
from tests.api.house import Client, Json, new_key

ID = "01936b2a-7c00-7a10-8000-000000000001"
LINE: dict[str, Json] = {"ticket_type_id": ID, "quantity": 1}
HOLD: dict[str, Json] = {"event_id": ID, "lines": [LINE]}
EVENT: dict[str, Json] = {
    "organizer_id": ID,
    "name": "Concert",
    "starts_at": "2030-06-01T20:00:00Z",
    "ends_at": "2030-06-01T21:00:00Z",
    "currency": "EUR",
}


def faults(problem: Json) -> dict[str, str]:
    assert problem["code"] == "FIELD_INVALID", problem
    return {error["pointer"]: error["message"] for error in problem["errors"]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"/event_id": REQUIRED, "/lines": REQUIRED}),
        ([], {"": NOT_AN_OBJECT}),
        ("text", {"": NOT_AN_OBJECT}),
        (HOLD | {"event_id": None}, {"/event_id": NOT_A_UUID}),
        (HOLD | {"event_id": 1}, {"/event_id": NOT_A_UUID}),
        (HOLD | {"event_id": ID.replace("-", "")}, {"/event_id": NOT_A_UUID}),
        (HOLD | {"event_id": f"urn:uuid:{ID}"}, {"/event_id": NOT_A_UUID}),
        (HOLD | {"event_id": f"{ID}\n"}, {"/event_id": NOT_A_UUID}),
        (HOLD | {"lines": {}}, {"/lines": NOT_A_LIST}),
        (HOLD | {"lines": None}, {"/lines": NOT_A_LIST}),
        (HOLD | {"lines": [1, LINE]}, {"/lines/0": NOT_AN_OBJECT}),
        (HOLD | {"price": 1}, {"/price": UNKNOWN_FIELD}),
        (HOLD | {"a/b~c": 1}, {"/a~1b~0c": UNKNOWN_FIELD}),
        (HOLD | {"lines": [LINE, LINE | {"seat": 1}]}, {"/lines/1/seat": UNKNOWN_FIELD}),
        (HOLD | {"lines": [{"quantity": 1}]}, {"/lines/0/ticket_type_id": REQUIRED}),
    ],
)
async def test_shapes_of_objects(member: Client, body: Json, expected: dict[str, str]) -> None:
    response = await member.send(
        "POST", "/holds", json=body, headers={"Idempotency-Key": new_key()}, expect=422
    )
    assert faults(response.json()) == expected


@pytest.mark.parametrize("number", ['"1"', "1.0", "1.5", "1e0", "true", "null", "[]", "{}"])
async def test_an_integer_is_an_integer(member: Client, number: str) -> None:
    body = f'{{"event_id": "{ID}", "lines": [{{"ticket_type_id": "{ID}", "quantity": {number}}}]}}'
    response = await post_holds(member, body.encode())
    assert faults(response) == {"/lines/0/quantity": NOT_AN_INTEGER}


@pytest.mark.parametrize("number", ["-1", "0", str(2**63), str(10**40)])
async def test_limits_are_not_the_business_of_a_shape(member: Client, number: str) -> None:
    body = f'{{"event_id": "{ID}", "lines": [{{"ticket_type_id": "{ID}", "quantity": {number}}}]}}'
    response = await post_holds(member, body.encode())
    assert faults(response)["/lines/0/quantity"].startswith("must be from 1 to ")


@pytest.mark.parametrize("text", [1, True, None, [], {}])
async def test_a_text_is_a_text(member: Client, text: Json) -> None:
    response = await member.post("/organizers", {"name": text, "slug": "a"}, expect=422)
    assert faults(response.json()) == {"/name": NOT_A_STRING}


@pytest.mark.parametrize(
    "time",
    [
        "2030-06-01T20:00:00",  # no offset
        "2030-06-01",
        "2030-06-01 20:00:00Z",
        "2030-06-01T20:00Z",
        "2030-02-30T20:00:00Z",
        "2030-06-01T24:00:00Z",
        "2030-06-01T20:00:00+25:00",
        "2030-06-01T20:00:00+0200",
        "20300601T200000Z",
        "1906653600",
        "٢٠٣٠-06-01T20:00:00Z",
        "0001-01-01T00:00:00+10:00",  # before the first moment there is
        "0000-01-01T00:00:00Z",
        "",
        1906653600,
        None,
    ],
)
async def test_a_time_has_an_offset(member: Client, time: Json) -> None:
    response = await member.post("/events", EVENT | {"starts_at": time}, expect=422)
    assert faults(response.json()) == {"/starts_at": NOT_A_TIME}


@pytest.mark.parametrize(
    ("time", "utc"),
    [
        ("2030-06-01T20:00:00Z", "2030-06-01T20:00:00Z"),
        ("2030-06-01t20:00:00z", "2030-06-01T20:00:00Z"),
        ("2030-06-01T20:00:00.250+02:00", "2030-06-01T18:00:00.250000Z"),
        ("2030-06-01T20:00:00.123456789-00:30", "2030-06-01T20:30:00.123456Z"),
    ],
)
async def test_times_are_answered_in_utc(member: Client, time: str, utc: str) -> None:
    event = await member.draft(starts_at=time, ends_at="2031-01-01T00:00:00Z")
    assert event["starts_at"] == utc


async def test_one_moment_written_in_two_ways_is_one_request(member: Client) -> None:
    slug = {"name": "Hall", "slug": "hall"}
    organizer = (await member.post("/organizers", slug, expect=201)).json()
    key, event = new_key(), EVENT | {"organizer_id": organizer["id"]}
    first = await member.post("/events", event, key=key, expect=201)
    other = {"starts_at": "2030-06-01T22:00:00+02:00", "organizer_id": organizer["id"].upper()}
    again = await member.post("/events", event | other, key=key, expect=201)
    assert again.json() == first.json()


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("application/json", b""),
        ("application/json", b"nonsense"),
        ("application/json", b'{"event_id": NaN}'),
        ("application/json", b'{"event_id": "\xff"}'),
        ("application/json", '{"event_id": "x"}'.encode("utf-16")),
        ("application/json", b'{"event_id": "\\ud800"}'),
        ("application/json", b"[" * 200_000),
        ("application/json", b"{} {}"),
        ("text/plain", b"{}"),
        ("application/x-www-form-urlencoded", b"a=b"),
        ("application/jsonp", b"{}"),
        ("", b"{}"),
    ],
)
async def test_what_cannot_be_read_is_malformed(member: Client, content: str, body: bytes) -> None:
    problem = await post_holds(member, body, content)
    assert (problem["status"], problem["code"]) == (400, "MALFORMED_REQUEST")


@pytest.mark.parametrize(
    "content",
    ["application/json; charset=utf-8", "Application/JSON", "application/vnd.holdfast+json"],
)
async def test_json_by_other_names(member: Client, content: str) -> None:
    problem = await post_holds(member, b"{}", content)
    assert problem["code"] == "FIELD_INVALID"


async def test_ids_in_the_path(member: Client) -> None:
    response = await member.get("/events/nonsense", expect=422)
    assert faults(response.json()) == {"/event_id": NOT_A_UUID}


async def test_wrong_filters_are_all_named(member: Client) -> None:
    query = "organizer_id=1&state=OPEN&starts_from=x&starts_before=2030-06-01&page_size=1.0&seats=1"
    response = await member.get(f"/events?{query}", expect=422)
    assert faults(response.json()) == {
        "/organizer_id": NOT_A_UUID,
        "/state": "must be one of DRAFT, ON_SALE, CLOSED, CANCELLED",
        "/starts_from": NOT_A_TIME,
        "/starts_before": NOT_A_TIME,
        "/page_size": NOT_AN_INTEGER,
        "/seats": UNKNOWN_FIELD,
    }


async def test_everything_wrong_with_a_request_is_said_at_once(member: Client) -> None:
    response = await member.patch(
        "/events/nonsense", {"name": 1}, headers={"If-Match": "nonsense"}, expect=422
    )
    assert faults(response.json()) == {
        "/event_id": NOT_A_UUID,
        "/If-Match": 'must be one entity tag, e.g. "3", or *',
        "/name": NOT_A_STRING,
    }


NAMES = sorted({name for model in Input.__subclasses__() for name in model.model_fields})
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
ANYTHING = st.recursive(
    SCALARS | st.sampled_from([ID, "2030-06-01T20:00:00Z", "ON_SALE"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=8),
    max_leaves=12,
)


@pytest.mark.parametrize("model", Input.__subclasses__())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=ANYTHING)
def test_there_is_a_word_for_whatever_can_be_wrong(model: type[Input], body: Json) -> None:
    try:
        model.model_validate(body)
    except ValidationError as error:
        found = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        assert all(violation.message for violation in violations(found))


async def post_holds(member: Client, body: bytes, content: str = "application/json") -> Json:
    headers = {"Idempotency-Key": new_key(), "Content-Type": content}
    return (await member.post("/holds", content=body, headers=headers)).json()
