"""What is left: how old it is, what of it may be kept, and who may see it."""

from typing import Any

import httpx2
import pytest

from tests.api.house import PRICE, Client, House, Sale, new_key


class Watching:
    """Somebody who looks at one event, and how."""

    def __init__(self, client: Client, event: Any) -> None:
        self._client = client
        self._path = f"/events/{event['id']}/availability"

    async def looks(
        self, max_age: object = None, tag: str | None = None, expect: int = 200
    ) -> httpx2.Response:
        query = "" if max_age is None else f"?max_age={max_age}"
        headers = {} if tag is None else {"If-None-Match": tag}
        return await self._client.get(self._path + query, headers=headers, expect=expect)

    async def held(self, max_age: int | None = None) -> list[int]:
        answer = await self.looks(max_age)
        return [kind["held"] for kind in answer.json()["ticket_types"]]


@pytest.fixture
async def sale(house: House) -> Sale:
    return await house.sale()


@pytest.fixture
async def ada(house: House, sale: Sale) -> Watching:
    return Watching(await house.member(), sale.event)


async def buyer_holds(house: House, sale: Sale, quantity: int = 2) -> None:
    buyer = await house.member()
    await buyer.post("/holds", sale.wants(quantity), key=new_key(), expect=201)


async def test_exact_unless_asked_otherwise(house: House, sale: Sale, ada: Watching) -> None:
    for look in (None, 0, 60):
        assert await ada.held(look) == [0]
    await buyer_holds(house, sale)
    assert await ada.held(60) == [0]
    assert (await ada.held(), await ada.held(0)) == ([2], [2])
    assert await ada.held(60) == [0]


async def test_as_of_tells_the_truth(house: House, sale: Sale, ada: Watching) -> None:
    first = (await ada.looks(10)).json()["as_of"]
    await buyer_holds(house, sale)
    house.seconds += 10
    assert (await ada.looks(10)).json()["as_of"] == first
    assert (await ada.looks()).json()["as_of"] > first
    house.seconds += 1
    newer = (await ada.looks(10)).json()
    assert (newer["as_of"] > first, newer["ticket_types"][0]["held"]) == (True, 2)


async def test_how_long_an_answer_may_be_kept(house: House, ada: Watching) -> None:
    async def told(max_age: object) -> str:
        answer = await ada.looks(max_age)
        assert answer.headers["vary"] == "Authorization"
        return str(answer.headers["cache-control"])

    assert [await told(each) for each in (None, 0)] == ["private, no-cache"] * 2
    assert await told(10) == "private, max-age=10"
    house.seconds += 3.5
    assert await told(10) == "private, max-age=6"
    assert await told(4) == "private, max-age=0"
    assert await told(3) == "private, max-age=3", "they were too old and are new"


async def test_equal_figures_have_equal_tags(house: House, sale: Sale, ada: Watching) -> None:
    answers = [await ada.looks(each) for each in (None, None, 60)]
    assert len({answer.json()["as_of"] for answer in answers}) == 3
    (tag,) = {answer.headers["etag"] for answer in answers}
    assert tag.startswith('W/"') and tag.endswith('"')
    await buyer_holds(house, sale)
    assert (await ada.looks()).headers["etag"] != tag
    assert (await ada.looks(60)).headers["etag"] == tag
    other = await house.sale()
    assert (await Watching(other.organizer, other.event).looks()).headers["etag"] != tag


@pytest.mark.parametrize("max_age", [None, 60])
async def test_if_none_match(house: House, sale: Sale, ada: Watching, max_age: int | None) -> None:
    told = (await ada.looks(max_age)).headers
    for known in (told["etag"], told["etag"].removeprefix("W/"), f'"x", {told["etag"]}', "*"):
        answer = await ada.looks(max_age, known, expect=304)
        for name in ("etag", "cache-control", "vary"):
            assert answer.headers[name] == told[name]
    for unknown in ('"x"', "", told["etag"].replace('"', "")):
        await ada.looks(max_age, unknown)
    await buyer_holds(house, sale)
    answer = await ada.looks(None, told["etag"])
    assert answer.json()["ticket_types"][0]["held"] == 2


@pytest.mark.parametrize("max_age", [-1, 61, 10**17])
async def test_an_age_out_of_bounds(ada: Watching, max_age: int) -> None:
    answer = await ada.looks(max_age, expect=422)
    assert answer.json()["errors"] == [{"pointer": "/max_age", "message": "must be from 0 to 60"}]


@pytest.mark.parametrize("max_age", ["", "1.5", "soon", "9" * 19])
async def test_an_age_that_is_none(ada: Watching, max_age: str) -> None:
    answer = await ada.looks(max_age, expect=422)
    assert answer.json()["errors"] == [{"pointer": "/max_age", "message": "must be an integer"}]


async def test_events_do_not_mix(house: House, sale: Sale, ada: Watching) -> None:
    other = await house.sale()
    await buyer_holds(house, other, 3)
    assert await ada.held(60) == [0]
    assert await Watching(other.organizer, other.event).held(60) == [3]


async def test_a_ticket_type_that_was_just_added(sale: Sale) -> None:
    """The event as it is now, with figures of before: they would lack its pool."""
    olga = Watching(sale.organizer, sale.event)
    assert await olga.held(60) == [0]
    kind = {"name": "VIP", "price": PRICE, "capacity": 5}
    await sale.organizer.post(f"/events/{sale.event['id']}/ticket-types", kind, expect=201)
    assert await olga.held(60) == [0, 0]


async def test_a_draft_is_nobody_elses_however_old(house: House) -> None:
    """Neither the figures nor that they have not changed."""
    organizer = await house.member()
    draft = await organizer.draft()
    tag = (await Watching(organizer, draft).looks(60)).headers["etag"]
    stranger = Watching(await house.member(), draft)
    for known in (None, tag, "*"):
        for max_age in (None, 60):
            answer = await stranger.looks(max_age, known, expect=404)
            assert answer.json()["code"] == "EVENT_NOT_FOUND"
            assert "etag" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"


async def test_a_test_is_for_test_keys_alone(house: House, sale: Sale, ada: Watching) -> None:
    """Which are told what is left as anybody is."""
    organizer_id, lab = sale.event["organizer_id"], dict[bool, Client]()
    for live in (True, False):
        wanted = {"name": "Lab", "live": live, "scopes": ["CreateEvent", "GetAvailability"]}
        path = f"/organizers/{organizer_id}/api-keys"
        made = await sale.organizer.post(path, wanted, expect=201)
        lab[live] = house.client(made.json()["key"])
    request = {
        "organizer_id": organizer_id,
        "name": "Rehearsal",
        "starts_at": "2030-06-01T20:00:00Z",
        "ends_at": "2030-06-01T23:00:00Z",
        "currency": "EUR",
        "ticket_types": [{"name": "Standing", "price": PRICE, "capacity": 7}],
    }
    event = (await lab[False].post("/events", request, expect=201)).json()
    seen = [(await Watching(lab[False], event).looks(each)).json() for each in (60, None, 60)]
    assert [each["ticket_types"][0]["available"] for each in seen] == [7, 7, 7]
    assert seen[0] == seen[2]
    for caller in (sale.organizer, lab[True]):
        await Watching(caller, event).looks(60, expect=404)
    await ada.looks(60)
    await Watching(lab[True], sale.event).looks(60)
    await Watching(lab[False], sale.event).looks(60, expect=404)
