"""Members, invitations, API keys and guests over HTTP."""

import pytest

from tests.api.house import Client, House, Json, new_email, new_key

NOBODY = "01936b2a-7c00-7a10-8000-000000000001"
ROLES = "must be one of OWNER, MANAGER, FINANCE, SCANNER"


async def verified(house: House) -> tuple[Client, str]:
    email = new_email()
    member = await house.member(email)
    proof = {"token": await house.mailed(email)}
    await member.post("/auth/verify-email/confirm", proof, expect=204)
    return member, email


async def test_from_invitation_to_member(house: House) -> None:
    owner, _ = await verified(house)
    organizer = await owner.organizer()
    path = f"/organizers/{organizer['id']}"
    grace, email = await verified(house)
    wanted = {"email": email, "role": "MANAGER"}
    invited = await owner.post(f"{path}/invitations", wanted, expect=201)
    assert invited.headers["location"] == f"/api/v1{path}/invitations"
    assert (invited.json()["role"], invited.json()["state"]) == ("MANAGER", "OPEN")
    listed = (await owner.get(invited.headers["location"], expect=200)).json()
    assert listed == {"items": [invited.json()], "next_page_token": ""}

    token = {"token": await house.mailed(email)}
    accepted = (await grace.post("/invitations/accept", token, expect=200)).json()
    assert accepted == organizer | {"role": "MANAGER"}
    mine = (await grace.get("/organizers", expect=200)).json()
    assert mine == {"items": [accepted], "next_page_token": ""}
    again = await grace.post("/invitations/accept", token, expect=409)
    assert again.json()["code"] in ("INVITATION_NOT_OPEN", "ALREADY_MEMBER")

    members = (await owner.get(f"{path}/members", expect=200)).json()
    assert [each["role"] for each in members["items"]] == ["OWNER", "MANAGER"]
    assert members["next_page_token"] == ""
    place = f"{path}/members/{members['items'][1]['user_id']}"
    changed = (await owner.patch(place, {"role": "SCANNER"}, expect=200)).json()
    assert changed == members["items"][1] | {"role": "SCANNER"}
    refused = await grace.get(f"{path}/members", expect=403)
    assert refused.json()["code"] == "ROLE_MISSING"
    assert (await owner.delete(place, expect=200)).json() == changed
    gone = await grace.get(f"{path}/members", expect=404)
    assert gone.json()["code"] == "ORGANIZER_NOT_FOUND"
    last = f"{path}/members/{members['items'][0]['user_id']}"
    assert (await owner.delete(last, expect=409)).json()["code"] == "LAST_OWNER"


async def test_an_invitation_is_revoked(house: House) -> None:
    owner, _ = await verified(house)
    path = f"/organizers/{(await owner.organizer())['id']}/invitations"
    wanted = {"email": new_email(), "role": "FINANCE"}
    first, second = [(await owner.post(path, wanted, expect=201)).json() for _ in "ab"]
    revoked = (await owner.delete(f"{path}/{second['id']}", expect=200)).json()
    assert revoked == second | {"state": "REVOKED"}
    assert (await owner.delete(f"{path}/{second['id']}", expect=409)).json()["code"] == (
        "INVITATION_NOT_OPEN"
    )
    page = (await owner.get(f"{path}?page_size=1", expect=200)).json()
    assert page["items"] == [revoked]
    rest = await owner.get(f"{path}?page_size=1&page_token={page['next_page_token']}", expect=200)
    assert [each["id"] for each in rest.json()["items"]] == [first["id"]]


@pytest.mark.parametrize("role", ["owner", "", None, 1, ["OWNER"], {}])
async def test_a_role_is_one_of_four(member: Client, role: Json) -> None:
    path = f"/organizers/{NOBODY}"
    for response in (
        await member.post(f"{path}/invitations", {"email": "a@b.example", "role": role}),
        await member.patch(f"{path}/members/{NOBODY}", {"role": role}),
    ):
        assert response.status_code == 422
        assert response.json()["errors"] == [{"pointer": "/role", "message": ROLES}]


async def test_an_api_key(house: House) -> None:
    owner = await house.member()
    organizer = await owner.organizer()
    path = f"/organizers/{organizer['id']}/api-keys"
    body = {"name": "Till", "live": False, "scopes": ["CreateEvent", "GetEvent"]}
    made = await owner.post(path, {**body, "expires_at": "2090-01-01T00:00:00+01:00"}, expect=201)
    api_key = made.json()
    assert made.headers["location"] == f"/api/v1{path}"
    assert api_key["key"].startswith("hf_test_") and api_key["key"].startswith(api_key["hint"])
    assert api_key["expires_at"] == "2089-12-31T23:00:00Z"
    listed = (await owner.get(path, expect=200)).json()
    assert listed == {"items": [api_key | {"key": None}], "next_page_token": ""}

    server = Client(house, api_key["key"])
    event = {
        "organizer_id": organizer["id"],
        "name": "Rehearsal",
        "starts_at": "2030-06-01T20:00:00Z",
        "ends_at": "2030-06-01T21:00:00Z",
        "currency": "EUR",
    }
    draft = await server.post("/events", event, expect=201)
    assert draft.json()["live"] is False
    assert (await server.get(draft.headers["location"], expect=200)).json() == draft.json()
    assert (await server.get("/events", expect=403)).json()["code"] == "SCOPE_MISSING"
    assert (await server.get("/users/me", expect=403)).json()["code"] == "USER_REQUIRED"

    revoked = (await owner.delete(f"{path}/{api_key['id']}", expect=200)).json()
    assert revoked["revoked_at"] is not None
    stopped = await server.get(draft.headers["location"], expect=401)
    assert stopped.json()["code"] == "TOKEN_REVOKED"
    unknown = await owner.delete(f"{path}/{NOBODY}", expect=404)
    assert unknown.json()["code"] == "API_KEY_NOT_FOUND"


@pytest.mark.parametrize("live", [None, 0, 1, "true", "yes", []])
async def test_live_is_true_or_false(member: Client, live: Json) -> None:
    body = {"name": "Till", "live": live, "scopes": ["GetEvent"]}
    refused = await member.post(f"/organizers/{NOBODY}/api-keys", body, expect=422)
    assert refused.json()["errors"] == [{"pointer": "/live", "message": "must be true or false"}]


async def test_what_a_key_is_for_is_said(member: Client) -> None:
    path = f"/organizers/{(await member.organizer())['id']}/api-keys"
    refused = await member.post(path, {"expires_at": "tomorrow"}, expect=422)
    assert {each["pointer"] for each in refused.json()["errors"]} == {
        "/name",
        "/live",
        "/scopes",
        "/expires_at",
    }
    body = {"name": "Till", "live": True, "scopes": ["Fly"]}
    refused = await member.post(path, body, expect=422)
    assert refused.json()["errors"][0]["pointer"].startswith("/scopes")
    for expires_at in ({}, {"expires_at": None}):
        made = await member.post(path, {**body, "scopes": ["GetEvent"], **expires_at}, expect=201)
        assert made.json()["expires_at"] is None


async def test_a_guest_buys_and_is_claimed(house: House) -> None:
    sale = await house.sale()
    ada, email = await verified(house)
    made = await house.client().post("/guests", {"email": email}, expect=201)
    assert "location" not in made.headers
    assert made.json()["token_type"] == "Bearer"  # nosec B105: the name of a scheme
    guest = Client(house, made.json()["access_token"])
    hold = (await guest.post("/holds", sale.wants(1), key=new_key(), expect=201)).json()
    assert (await guest.get("/users/me", expect=403)).json()["code"] == "USER_REQUIRED"
    await ada.get(f"/holds/{hold['id']}", expect=404)
    assert (await ada.post("/guests/claim", expect=200)).json() == {"guests": 1}
    assert (await ada.get(f"/holds/{hold['id']}", expect=200)).json() == hold
    stopped = await guest.get(f"/holds/{hold['id']}", expect=401)
    assert stopped.json()["code"] == "TOKEN_REVOKED"


async def test_only_verified_addresses_claim(member: Client) -> None:
    refused = await member.post("/guests/claim", expect=409)
    assert refused.json()["code"] == "EMAIL_NOT_VERIFIED"


async def test_a_guest_needs_no_token_but_a_wrong_one_is_refused(house: House) -> None:
    body = {"email": new_email()}
    refused = await Client(house, "nonsense").post("/guests", body, expect=401)
    assert refused.json()["code"] == "TOKEN_INVALID"
    user = await house.member()
    assert (await user.post("/guests", body, expect=403)).json()["code"] == "ACCESS_DENIED"
