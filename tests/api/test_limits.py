"""What the answers say of rate limits, and whose address counts."""

import pytest

from api.app import RestConfig
from api.limits import limit_headers
from application.assembly import Rules
from application.limits import WriteLimits
from application.ports.limits import Allowance, Limit
from tests.api.house import Client, House, new_email, new_key

HOUR = 3600
PROXY = "127.0.0.1"  # where the client of the tests calls from


def limited(config: RestConfig = RestConfig(), **limits: int) -> House:
    """With these quotas an hour."""
    named = {
        name: Limit(name=name, quota=quota, window_seconds=HOUR) for name, quota in limits.items()
    }
    return House(config, Rules(limits=WriteLimits(**named)))


def test_the_fields_are_lists_of_quoted_names_with_parameters() -> None:
    actor = Limit(name="actor", quota=4, window_seconds=60)
    address = Limit(name="per-address", quota=100, window_seconds=10)
    allowances = [
        Allowance.of(actor, whole_in_us=30_000_001, retry_in_us=0),
        Allowance.of(address, whole_in_us=0, retry_in_us=0),
    ]
    assert limit_headers(allowances) == {
        "RateLimit-Policy": '"actor";q=4;w=60, "per-address";q=100;w=10',
        "RateLimit": '"actor";r=1;t=31, "per-address";r=100;t=0',
    }
    assert limit_headers([]) == {}


def test_of_what_is_refused_the_time_is_when_to_come_back() -> None:
    limit = Limit(name="actor", quota=4, window_seconds=60)
    refused = Allowance.of(limit, whole_in_us=60_000_000, retry_in_us=15_000_001)
    assert limit_headers([refused])["RateLimit"] == '"actor";r=0;t=16'


async def test_every_answer_of_a_limited_call_tells_what_is_left() -> None:
    house = limited(per_actor=6)
    member = await house.member()
    key = new_key()
    body = {"name": "Hall", "slug": "hall"}
    answers = [
        await member.post("/organizers", body, key=key, expect=201),
        await member.post("/organizers", body, key=key, expect=201),
        await member.post("/organizers", {}, expect=422),
        await member.post("/organizers", body, expect=409),
        await member.post("/holds", {}, expect=400),  # no idempotency key
        await member.post("/auth/verify-email", expect=202),
        await member.post("/organizers", {}, expect=429),
    ]
    assert answers[1].headers["idempotency-replayed"] == "true"
    left = [each.headers["ratelimit"].split(";")[1] for each in answers]
    assert left == ["r=5", "r=4", "r=3", "r=2", "r=1", "r=0", "r=0"]
    assert {each.headers["ratelimit-policy"] for each in answers} == {'"per_actor";q=6;w=3600'}
    refused = answers[-1]
    assert refused.json()["code"] == "RATE_LIMITED"
    assert refused.json()["metadata"] == {"limit": "per_actor"}
    assert refused.headers["ratelimit"] == f'"per_actor";r=0;t={refused.headers["retry-after"]}'
    reading = await member.get("/users/me", expect=200)
    assert "ratelimit" not in reading.headers and "ratelimit-policy" not in reading.headers


async def test_without_limits_nothing_is_told(member: Client) -> None:
    response = await member.post("/auth/logout", expect=204)
    assert "ratelimit" not in response.headers and "ratelimit-policy" not in response.headers


async def test_what_is_refused_before_it_counts_tells_nothing() -> None:
    response = await limited(per_actor=5).client().post("/organizers", expect=401)
    assert "ratelimit" not in response.headers


async def test_a_limit_comes_before_the_shape() -> None:
    house = limited(anonymous_per_address=1)
    stranger = house.client()
    await stranger.post("/guests", {"email": new_email()}, expect=201)
    refused = await stranger.post("/guests", content=b"{nonsense", expect=429)
    assert [each.reason for each in house.observer.refusals] == ["RATE_LIMITED"]
    assert int(refused.headers["retry-after"]) <= HOUR


async def test_new_buyers_are_counted_where_they_are_made() -> None:
    """Accounts and guests together; not those that an organizer's server makes for its callers."""
    house = limited(new_buyers_per_address=2)
    member, stranger = await house.member(), house.client()
    path = f"/organizers/{(await member.organizer())['id']}/api-keys"
    wanted = {"name": "Till", "live": True, "scopes": ["CreateGuest"]}
    server = house.client((await member.post(path, wanted, expect=201)).json()["key"])
    await stranger.post("/guests", {"email": new_email()}, expect=201)
    refused = await stranger.post("/guests", {"email": new_email()}, expect=429)
    assert refused.json()["metadata"] == {"limit": "new_buyers_per_address"}
    account = {"email": new_email(), "password": "correct horse battery", "name": "Ada"}
    await stranger.post("/auth/register", account, expect=429)
    await stranger.post("/auth/password-reset", {"email": new_email()}, expect=202)
    for _ in range(3):
        await server.post("/guests", {"email": new_email()}, expect=201)


@pytest.mark.parametrize("trusted", [(), ("10.0.0.0/8",)])
async def test_anybody_can_write_a_header(trusted: tuple[str, ...]) -> None:
    house = limited(RestConfig(trusted_proxies=trusted), anonymous_per_address=1)
    assert await statuses(house, "203.0.113.1", "203.0.113.2") == [201, 429]


async def test_behind_a_trusted_proxy_each_caller_counts() -> None:
    house = limited(RestConfig(trusted_proxies=(f"{PROXY}/32",)), anonymous_per_address=1)
    assert await statuses(house, "203.0.113.1", "203.0.113.2", "203.0.113.1") == [201, 201, 429]
    made_up = [f"198.51.100.{number}, 203.0.113.2" for number in range(3)]
    assert await statuses(house, *made_up) == [429, 429, 429]


async def statuses(house: House, *forwarded: str) -> list[int]:
    """Of guests made with these X-Forwarded-For."""
    return [
        (
            await house.client().post(
                "/guests", {"email": new_email()}, headers={"X-Forwarded-For": each}
            )
        ).status_code
        for each in forwarded
    ]
