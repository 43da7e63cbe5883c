"""A full house and too many calls at a time, over REST."""

from dataclasses import replace

import pytest

from api.app import RestConfig, create_app
from application.assembly import Rules, assemble
from application.in_flight import CallLimits
from application.messages import Context, Priority
from tests.api.house import House, new_key
from tests.contracts.world import TOKENS


def full_for(house: House, *priorities: Priority) -> None:
    """From now on there is no room for these."""
    ports = replace(house.ports, full=lambda priority: priority in priorities)
    application = assemble(ports, house.rules)
    house.rest = create_app(application, RestConfig(), ready=house.ready, jwks=TOKENS.jwks)


@pytest.mark.parametrize(("method", "path"), [("get", "/orders"), ("post", "/holds")])
async def test_a_full_house(house: House, method: str, path: str) -> None:
    member = await house.member()
    full_for(house, Priority.LIST, Priority.SALE)
    key = {"key": new_key()} if method == "post" else {}
    refused = await getattr(member, method)(path, expect=503, **key)
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "OVERLOADED" and refused.json()["metadata"] == {}
    assert [each.reason for each in house.observer.refusals] == ["OVERLOADED"]
    await member.get("/users/me", expect=200)
    await member.post("/orders", {}, key=new_key(), expect=422)


async def test_strangers_are_told_so_too(house: House) -> None:
    """It is looked at before any token is."""
    full_for(house, *Priority)
    for path in ("/users/me", "/organizers", "/events"):
        refused = await house.client("no token").get(path, expect=503)
        assert refused.json()["code"] == "OVERLOADED"


async def test_too_many_calls_at_a_time() -> None:
    """One at a time, and that one is under way for as long as somebody counts it."""
    house = House(rules=Rules(in_flight=CallLimits(per_person=1)))
    member = await house.member()
    get_me = house.application.users.get_me
    admitted = await get_me.admit(Context(request_id="r", credentials=member.token))
    caller = get_me.pipeline.in_flight.enter(admitted.actor)
    refused = await member.get("/users/me", expect=429)
    assert refused.headers["retry-after"] == "1" and "ratelimit" not in refused.headers
    assert refused.json()["metadata"] == {"limit": "in_flight", "most": "1"}
    get_me.pipeline.in_flight.leave(caller)
    await member.get("/users/me", expect=200)
