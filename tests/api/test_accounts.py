"""Accounts over HTTP: sessions, proofs by mail, superusers. What they mean is proved elsewhere."""

import pytest

from tests.api.house import PASSWORD, Client, House, new_email

OTHER = "another horse, another battery"


async def test_a_session_goes_on_and_ends(house: House) -> None:
    stranger, email = house.client(), new_email()
    await house.member(email)
    credentials = {"email": email, "password": PASSWORD}
    tokens = (await stranger.post("/auth/login", credentials, expect=200)).json()
    shown = {"refresh_token": tokens["refresh_token"]}
    renewed = (await stranger.post("/auth/refresh", shown, expect=200)).json()
    assert renewed["refresh_token"] != tokens["refresh_token"]
    user = Client(house, renewed["access_token"])
    ended = await user.post("/auth/logout", expect=204)
    assert ended.content == b"" and "content-type" not in ended.headers
    assert (await user.get("/users/me", expect=401)).json()["code"] == "TOKEN_REVOKED"
    refused = await stranger.post(
        "/auth/refresh", {"refresh_token": renewed["refresh_token"]}, expect=401
    )
    assert refused.json()["code"] == "REFRESH_TOKEN_INVALID"


@pytest.mark.parametrize("body", [b"", b"{}"])
@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout-everywhere"])
async def test_logging_out_needs_no_body(member: Client, path: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"} if body else {}
    await member.post(path, content=body, headers=headers, expect=204)
    await member.get("/users/me", expect=401)


async def test_an_address_is_verified_by_mail(house: House) -> None:
    email = new_email()
    member = await house.member(email)
    assert (await member.get("/users/me", expect=200)).json()["email_verified"] is False
    asked = await member.post("/auth/verify-email", expect=202)
    assert asked.content == b"" and "content-type" not in asked.headers
    proof = {"token": await house.mailed(email)}
    await house.client().post("/auth/verify-email/confirm", proof, expect=401)
    other = await house.member()
    foreign = await other.post("/auth/verify-email/confirm", proof, expect=409)
    assert foreign.json()["code"] == "PROOF_INVALID"
    for each in (member, other):
        assert (await each.get("/users/me", expect=200)).json()["email_verified"] is False
    await member.post("/auth/verify-email/confirm", proof, expect=204)
    assert (await member.get("/users/me", expect=200)).json()["email_verified"] is True
    again = await member.post("/auth/verify-email/confirm", proof, expect=409)
    assert again.json()["code"] == "PROOF_INVALID"


async def test_too_many_verifications_are_told_when_to_come_back(member: Client) -> None:
    for _ in range(4):
        await member.post("/auth/verify-email", expect=202)  # the first came with the account
    refused = await member.post("/auth/verify-email", expect=429)
    assert refused.json()["code"] == "RATE_LIMITED"
    assert int(refused.headers["retry-after"]) > 0


async def test_a_forgotten_password(house: House) -> None:
    stranger, email = house.client(), new_email()
    member = await house.member(email)
    known = await stranger.post("/auth/password-reset", {"email": email}, expect=202)
    unknown = await stranger.post("/auth/password-reset", {"email": new_email()}, expect=202)
    assert known.content == unknown.content == b""
    body = {"token": await house.mailed(email), "new_password": OTHER}
    await stranger.post("/auth/password-reset/confirm", body, expect=204)
    await stranger.post("/auth/password-reset/confirm", body, expect=409)
    await member.get("/users/me", expect=401)
    await stranger.post("/auth/login", {"email": email, "password": OTHER}, expect=200)


async def test_an_account_is_changed(house: House) -> None:
    member = await house.member()
    before = (await member.get("/users/me", expect=200)).json()
    after = (await member.patch("/users/me", {"name": "Ada L."}, expect=200)).json()
    assert after == before | {"name": "Ada L."}
    assert (await member.patch("/users/me", {}, expect=200)).json() == after
    refused = (await member.patch("/users/me", {"name": None}, expect=422)).json()
    assert refused["errors"][0]["message"].startswith("must not be null")
    body = {"current_password": PASSWORD, "new_password": OTHER}
    assert (await member.post("/users/me/password", body, expect=200)).json() == after
    wrong = await member.post("/users/me/password", body, expect=401)
    assert wrong.json()["code"] == "CREDENTIALS_INVALID"


@pytest.mark.parametrize("field", ["email", "email_verified", "active", "superuser", "id"])
async def test_no_other_field_is_taken(member: Client, field: str) -> None:
    refused = await member.patch("/users/me", {"name": "Ada", field: True}, expect=422)
    assert refused.json()["errors"] == [
        {"pointer": f"/{field}", "message": "is not a known field"},
    ]


async def test_superusers_see_and_change_accounts(house: House) -> None:
    founder, other = await house.member(), await house.member()
    me = (await other.get("/users/me", expect=200)).json()
    path = f"/users/{me['id']}"
    assert (await founder.get(path, expect=200)).json() == me
    page = (await founder.get("/users?page_size=1", expect=200)).json()
    assert page["items"][0]["superuser"] is True
    token = page["next_page_token"]
    rest = await founder.get(f"/users?page_size=1&page_token={token}", expect=200)
    assert rest.json() == {"items": [me], "next_page_token": ""}
    assert (await founder.post(f"{path}/superuser", expect=200)).json()["superuser"] is True
    assert (await other.get("/users", expect=200)).json()["items"]
    assert (await founder.delete(f"{path}/superuser", expect=200)).json() == me
    assert (await other.get("/users", expect=403)).json()["code"] == "ACCESS_DENIED"
    deactivated = await founder.post(f"{path}/deactivate", expect=200)
    assert deactivated.json() == me | {"active": False}
    assert (await other.get("/users/me", expect=401)).json()["code"] == "TOKEN_REVOKED"
    assert (await founder.post(f"{path}/activate", expect=200)).json() == me
    nobody = "/users/01936b2a-7c00-7a10-8000-000000000001"
    assert (await founder.get(nobody, expect=404)).json()["code"] == "USER_NOT_FOUND"


async def test_whoever_is_no_superuser_learns_nothing_of_accounts(house: House) -> None:
    founder, other = await house.member(), await house.member()
    there = (await founder.get("/users/me", expect=200)).json()["id"]
    nobody = "01936b2a-7c00-7a10-8000-000000000001"
    for id in (there, nobody, "nonsense"):
        refused = await other.get(f"/users/{id}", expect=403)
        assert refused.json()["code"] == "ACCESS_DENIED"


async def test_no_answer_with_a_secret_is_kept(house: House) -> None:
    stranger, email = house.client(), new_email()
    member = await house.member(email)
    credentials = {"email": email, "password": PASSWORD}
    login = await stranger.post("/auth/login", credentials, expect=200)
    shown = {"refresh_token": login.json()["refresh_token"]}
    organizer = await member.organizer()
    keys = f"/organizers/{organizer['id']}/api-keys"
    answers = [
        login,
        await stranger.post("/auth/refresh", shown, expect=200),
        await stranger.post("/auth/refresh", {"refresh_token": "x"}, expect=401),
        await stranger.post("/auth/password-reset", {"email": email}, expect=202),
        await member.post("/auth/verify-email/confirm", {"token": "x"}, expect=409),
        await stranger.post("/guests", {"email": email}, expect=201),
        await member.post(keys, {"name": "Till", "live": True, "scopes": ["GetEvent"]}, expect=201),
        await member.get(keys, expect=200),
        await member.post("/auth/logout", expect=204),
    ]
    for each in answers:
        assert each.headers.get_list("cache-control") == ["no-store"]
