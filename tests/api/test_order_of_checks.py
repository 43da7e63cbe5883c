"""size → authentication → authorization → key format → shape → execution.

Each request here is wrong in every later way as well, so that only the order decides.
"""

import pytest

from api.app import RestConfig
from tests.api.house import Client, House, new_key

NOT_JSON = b"{nonsense"


async def outcome(client: Client, body: bytes, **headers: str) -> str:
    sent = {"Content-Type": "application/json", **headers}
    response = await client.post("/holds", content=body, headers=sent)
    return str(response.json()["code"])


async def test_size_comes_first() -> None:
    stranger = House(RestConfig(max_body_bytes=1024)).client()
    assert await outcome(stranger, b"x" * 1025) == "REQUEST_TOO_LARGE"


async def test_then_who_is_calling(stranger: Client) -> None:
    assert await outcome(stranger, NOT_JSON) == "TOKEN_MISSING"


async def test_then_the_key(member: Client) -> None:
    assert await outcome(member, NOT_JSON) == "IDEMPOTENCY_KEY_REQUIRED"
    key = {"Idempotency-Key": "short"}
    assert await outcome(member, NOT_JSON, **key) == "IDEMPOTENCY_KEY_INVALID"


async def test_then_the_shape(member: Client) -> None:
    key = {"Idempotency-Key": new_key()}
    assert await outcome(member, NOT_JSON, **key) == "MALFORMED_REQUEST"
    assert await outcome(member, b"{}", **key) == "FIELD_INVALID"


async def test_then_whether_it_can_be_done(member: Client) -> None:
    response = await member.post("/holds", NOWHERE, key=new_key())
    assert (response.status_code, response.json()["code"]) == (404, "EVENT_NOT_FOUND")


async def test_a_stranger_learns_nothing_about_shapes_in_the_path(stranger: Client) -> None:
    response = await stranger.get("/events/nonsense?nonsense=1")
    assert response.json()["code"] == "TOKEN_MISSING"


async def test_whatever_is_refused_is_observed(house: House) -> None:
    member = await house.member()
    await house.client().post("/holds")
    await member.post("/holds", content=NOT_JSON, key=new_key())
    await member.post("/holds", {}, key=new_key())
    await member.post("/holds", NOWHERE, key=new_key())
    assert [refusal.reason for refusal in house.observer.refusals] == [
        "TOKEN_MISSING",
        "MALFORMED_REQUEST",
        "FIELD_INVALID",
        "EVENT_NOT_FOUND",
    ]


@pytest.mark.parametrize(
    "header",
    ["Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "Bearer ä", "Token abc", "bearer:abc", ""],
)
async def test_what_is_no_bearer_token_is_invalid(house: House, header: str) -> None:
    sent = {"Authorization": header.encode("latin-1")}
    response = await house.client().send("GET", "/users/me", headers=sent, expect=401)
    assert response.json()["code"] == "TOKEN_INVALID"


async def test_two_tokens_are_none(house: House) -> None:
    token = (await house.member()).token
    twice = [("Authorization", f"Bearer {token}")] * 2
    assert (await get_me(house, twice[:1])) == 200
    assert (await get_me(house, twice)) == 401


async def test_the_scheme_has_no_case(house: House) -> None:
    token = (await house.member()).token
    assert await get_me(house, [("Authorization", f"bEARER  {token}")]) == 200


async def test_anonymous_operations_do_not_look_at_tokens(house: House) -> None:
    client = Client(house, "nonsense")
    response = await client.post("/auth/login", {"email": "a@example.com", "password": "x"})
    assert response.json()["code"] == "CREDENTIALS_INVALID"


async def test_two_keys_are_none(member: Client) -> None:
    keys = [("Idempotency-Key", new_key())] * 2 + [("Authorization", f"Bearer {member.token}")]
    response = await member.send("POST", "/holds", headers=keys)
    assert response.json()["code"] == "IDEMPOTENCY_KEY_INVALID"


async def get_me(house: House, headers: list[tuple[str, str]]) -> int:
    return (await house.client().send("GET", "/users/me", headers=headers)).status_code


NOWHERE = {
    "event_id": "01936b2a-7c00-7a10-8000-000000000001",
    "lines": [{"ticket_type_id": "01936b2a-7c00-7a10-8000-000000000002", "quantity": 1}],
}
