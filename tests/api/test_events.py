"""Events: defaults, partial changes, entity tags."""

import pytest

from tests.api.house import PRICE, Client, House, Json, new_key

LATE = "2030-12-31T23:00:00Z"


async def test_what_may_be_left_out(member: Client) -> None:
    event = await member.draft(ticket_types=[], max_per_buyer=None)
    assert event == event | {
        "description": "",
        "venue": "",
        "timezone": "UTC",
        "max_per_buyer": None,
        "ticket_types": [],
        "pools": [],
        "state": "DRAFT",
        "version": 1,
    }


async def test_shared_pools(member: Client) -> None:
    event = await member.draft(
        pools=[{"name": "Hall", "capacity": 50}],
        ticket_types=[
            {"name": "Standing", "price": PRICE, "pools": ["Hall"]},
            {"name": "Student", "price": PRICE, "capacity": 5, "pools": ["Hall"]},
        ],
    )
    shown = [(each["name"], each["capacity"], each["pools"]) for each in event["ticket_types"]]
    assert shown == [("Standing", 50, ["Hall"]), ("Student", 5, ["Student", "Hall"])]


async def test_fields_are_named_as_they_were_sent(member: Client) -> None:
    event = await member.draft()
    kind = {"name": "VIP", "price": {"amount": -1, "currency": "USD"}, "max_per_order": 0}
    response = await member.post(f"/events/{event['id']}/ticket-types", kind, expect=422)
    pointers = [error["pointer"] for error in response.json()["errors"]]
    assert pointers == ["/price/amount", "/price/currency", "/max_per_order", "/capacity"]


async def test_a_new_ticket_type(member: Client) -> None:
    event = await member.draft()
    kind = {"name": "VIP", "price": PRICE, "capacity": 5, "max_per_order": 2}
    response = await member.post(f"/events/{event['id']}/ticket-types", kind, expect=201)
    assert response.headers["location"] == f"/api/v1/events/{event['id']}"
    assert response.headers["etag"] == '"2"'
    assert [each["name"] for each in response.json()["ticket_types"]] == ["Standing", "VIP"]


async def test_what_is_not_sent_stays(member: Client) -> None:
    event = await member.draft(venue="Hall", max_per_buyer=4)
    path = f"/events/{event['id']}"
    after = (await member.patch(path, {"name": "Recital"}, expect=200)).json()
    changed = {key for key in event if event[key] != after[key]}
    assert changed == {"name", "updated_at", "version"}
    assert (await member.patch(path, {}, expect=200)).json() == after


@pytest.mark.parametrize("limit", [None, 0])
async def test_the_limit_per_buyer_can_be_taken_away(member: Client, limit: int | None) -> None:
    event = await member.draft(max_per_buyer=4)
    response = await member.patch(f"/events/{event['id']}", {"max_per_buyer": limit}, expect=200)
    assert response.json()["max_per_buyer"] is None


@pytest.mark.parametrize(
    "field", ["name", "description", "venue", "timezone", "starts_at", "ends_at"]
)
async def test_nothing_else_can_be_null(member: Client, field: str) -> None:
    event = await member.draft()
    response = await member.patch(f"/events/{event['id']}", {field: None}, expect=422)
    (error,) = response.json()["errors"]
    assert error["pointer"] == f"/{field}"
    assert error["message"].startswith("must not be null")


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        (None, 200),
        ('"1"', 200),
        ("*", 200),
        (' "1" ', 200),
        ('"2"', 412),
        ('"0"', 412),
        ('"01"', 412),
        ('"1 "', 422),
        ('W/"1"', 412),
        ('"nonsense"', 412),
        ('"99999999999999999999999999"', 412),
        ("1", 422),
        ("", 422),
        ('"1', 422),
        ('"1", "2"', 422),
        ('w/"1"', 422),
        ("**", 422),
    ],
)
async def test_if_match(member: Client, if_match: str | None, status: int) -> None:
    event = await member.draft()
    headers = {} if if_match is None else {"If-Match": if_match}
    response = await member.patch(f"/events/{event['id']}", {"venue": "Barn"}, headers=headers)
    assert response.status_code == status, response.text
    expected = {200: None, 412: "CONFLICT", 422: "FIELD_INVALID"}[status]
    assert response.json().get("code") == expected
    stored = (await member.get(f"/events/{event['id']}")).json()
    assert (stored["venue"] == "Barn") == (status == 200)


async def test_every_answer_about_an_event_has_its_tag(member: Client) -> None:
    event = await member.draft()
    path = f"/events/{event['id']}"
    answers = [
        await member.get(path),
        await member.patch(path, {"venue": "Barn"}),
        await member.post(f"{path}/publish"),
        await member.post(f"{path}/close"),
        await member.post(f"{path}/cancel"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert [answer.headers["etag"] for answer in answers] == ['"1"', '"2"', '"3"', '"4"', '"5"']
    assert [answer.json()["version"] for answer in answers] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        ('"1"', 304),
        ('W/"1"', 304),
        ("*", 304),
        ('"7", W/"1"', 304),
        ('"2"', 200),
        ('"11"', 200),
        ("1", 200),
        ("", 200),
    ],
)
async def test_if_none_match(member: Client, if_none_match: str, status: int) -> None:
    event = await member.draft()
    headers = {"If-None-Match": if_none_match}
    response = await member.get(f"/events/{event['id']}", headers=headers, expect=status)
    assert response.headers["etag"] == '"1"'
    assert bool(response.content) == (status == 200)


async def test_pages_and_filters(house: House, member: Client) -> None:
    events = [
        await member.draft(
            name=f"Concert {number}", starts_at=f"2030-06-0{number}T10:00:00Z", ends_at=LATE
        )
        for number in (1, 2, 3)
    ]
    first = (await member.get("/events?page_size=2", expect=200)).json()
    assert [event["id"] for event in first["items"]] == [event["id"] for event in events[:2]]
    token = first["next_page_token"]
    last = (await member.get(f"/events?page_size=2&page_token={token}", expect=200)).json()
    assert [event["id"] for event in last["items"]] == [events[2]["id"]]
    assert last["next_page_token"] == ""

    async def found(query: str) -> list[str]:
        page: Json = (await member.get(f"/events?{query}", expect=200)).json()
        return [event["name"] for event in page["items"]]

    assert await found("text=concert+2") == ["Concert 2"]
    assert await found("starts_from=2030-06-02T12:00:00%2B02:00") == ["Concert 2", "Concert 3"]
    assert await found("starts_before=2030-06-02T10:00:00Z") == ["Concert 1"]
    assert await found(f"organizer_id={events[0]['organizer_id']}") == ["Concert 1"]
    assert await found("state=ON_SALE") == []
    assert (await member.get("/events?page_size=101", expect=422)).json()["errors"] == [
        {"pointer": "/page_size", "message": "must be from 1 to 100"}
    ]


async def test_a_replayed_creation_is_a_creation(member: Client) -> None:
    key, body = new_key(), {"name": "Hall", "slug": "hall"}
    first = await member.post("/organizers", body, key=key, expect=201)
    again = await member.post("/organizers", body, key=key, expect=201)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.content == first.content
