"""Streams over HTTP: Server-Sent Events and WebSocket, as the wire has them."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from starlette.types import Message

from api.live import telling
from application.assembly import Rules
from application.live.room import StreamLimits
from tests.api.house import PRICE, Client, House, Json, Sale, new_key
from tests.api.open_lines import PATIENCE, Line, line

SOON = timedelta(milliseconds=50)


def room(house: House) -> int:
    """Streams that are open."""
    return house.application.events.watch_availability.room.open


def left_of(sale: Sale) -> str:
    return f"/events/{sale.event['id']}/availability/live"


async def checkout(buyer: Client, sale: Sale) -> Json:
    hold = await buyer.post("/holds", sale.wants(1), key=new_key(), expect=201)
    ordered = {"hold_id": hold.json()["id"], "buyer": {"name": "Ada", "email": "a@example.org"}}
    return (await buyer.post("/orders", ordered, key=new_key(), expect=201)).json()


def headers_of(message: Message) -> dict[bytes, bytes]:
    return dict(message["headers"])


async def test_figures_as_events(house: House) -> None:
    sale, ada = await house.sale(10), await house.member()
    async with line(house, left_of(sale), ada) as stream:
        start = await stream.next()
        assert start["status"] == 200
        assert headers_of(start)[b"content-type"] == b"text/event-stream"
        assert headers_of(start)[b"cache-control"] == b"no-store"
        assert headers_of(start)[b"x-request-id"]
        first = await stream.event()
        assert first["retry"] == "2000" and first["event"] == "availability" and "id" not in first
        assert first["data"]["ticket_types"][0]["available"] == 10
        await ada.post("/holds", sale.wants(3), key=new_key(), expect=201)
        assert (await stream.event())["data"]["ticket_types"][0]["available"] == 7
        assert room(house) == 1
    assert room(house) == 0


async def test_an_order_behind_the_last_event(house: House) -> None:
    sale, ada = await house.sale(), await house.member()
    order = await checkout(ada, sale)
    path = f"/orders/{order['id']}/live"
    await house.ports.log.number(1000)
    async with line(house, path, ada) as stream:
        await stream.next()
        first = await stream.event()
        assert first["event"] == "order" and first["id"] == first["data"]["cursor"]
    await ada.post(f"/orders/{order['id']}/cancel", key=new_key(), expect=200)
    await house.ports.log.number(1000)
    # The header is newer than what is in the address.
    seen = ("last-event-id", first["id"])
    async with line(house, f"{path}?after=nonsense", ada, seen) as stream:
        await stream.next()
        update = await stream.event()
        assert [each["type"] for each in update["data"]["changes"]] == ["order.cancelled"]
        assert update["data"]["final"]
        assert await stream.next() == {
            "type": "http.response.body",
            "body": b"",
            "more_body": False,
        }
    async with line(house, f"{path}?after={update['id']}", ada) as stream:
        assert (await stream.next())["status"] == 204
    async with line(house, f"{path}?after=nonsense", ada) as stream:
        assert (await stream.next())["status"] == 422


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/events/nonsense/availability/live", 422),
        (f"/orders/{'0' * 8}-0000-7000-8000-{'0' * 12}/live", 404),
    ],
)
async def test_refusals_at_the_door_are_answers(house: House, path: str, status: int) -> None:
    ada = await house.member()
    refused = await ada.get(path)
    assert refused.status_code == status
    refused = await house.client().get(f"{path}?access_token={ada.token}")
    assert refused.json()["code"] == "TOKEN_MISSING"


async def test_a_revoked_token_is_told_as_a_problem() -> None:
    house = House(rules=Rules(streams=StreamLimits(recheck=SOON)))
    sale, ada = await house.sale(), await house.member()
    async with line(house, left_of(sale), ada) as stream:
        await stream.next()
        await stream.event()
        await ada.post("/auth/logout", expect=204)
        problem = await stream.event()
        assert problem["event"] == "problem"
        assert (problem["data"]["code"], problem["data"]["status"]) == ("TOKEN_REVOKED", 401)


async def test_too_many_say_when_to_come_again() -> None:
    house = House(rules=Rules(streams=StreamLimits(per_person=1, in_all=2)))
    sale, ada = await house.sale(), await house.member()
    async with line(house, left_of(sale), ada) as stream:
        await stream.next()
        refused = await ada.get(left_of(sale), expect=429)
        assert int(refused.headers["retry-after"]) > 0
        async with line(house, left_of(sale), await house.member()) as other:
            await other.next()
            refused = await (await house.member()).get(left_of(sale), expect=503)
            assert int(refused.headers["retry-after"]) > 0


async def test_signs_of_life_are_comments() -> None:
    house = House(rules=Rules(streams=StreamLimits(heartbeat=SOON)))
    sale, ada = await house.sale(), await house.member()
    async with line(house, left_of(sale), ada) as stream:
        await stream.next()
        await stream.event()
        assert (await stream.next())["body"] == b":\n\n"


async def test_head_is_over_at_once(house: House) -> None:
    sale, ada = await house.sale(), await house.member()
    answer = await ada.send("HEAD", left_of(sale))
    assert answer.status_code == 200 and answer.content == b""
    assert room(house) == 0


async def test_who_does_not_take_it_is_hung_up_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "SLOW_SECONDS", 0.1)
    sale, ada = await house.sale(), await house.member()
    opened = Line(house, "http", left_of(sale), [("authorization", f"Bearer {ada.token}")])
    await opened.next()
    await opened.event()
    opened.held = True
    await ada.post("/holds", sale.wants(1), key=new_key(), expect=201)
    await asyncio.wait_for(opened.running, PATIENCE)
    assert room(house) == 0


async def test_the_line_in_the_log(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    sale, ada = await house.sale(), await house.member()
    async with line(house, f"{left_of(sale)}?access_token=secret", ada) as stream:
        await stream.next()
        capsys.readouterr()
        await asyncio.sleep(0.05)
    printed = capsys.readouterr().out
    assert "availability/live" in printed and "secret" not in printed


def offering(*protocols: str) -> tuple[str, str]:
    return "sec-websocket-protocol", ", ".join(protocols)


async def test_a_socket(house: House) -> None:
    sale, ada = await house.sale(10), await house.member()
    token = offering("holdfast.live", f"bearer.{ada.token}")
    async with line(house, left_of(sale), None, token, kind="websocket") as socket:
        accepted = await socket.next()
        assert (accepted["type"], accepted["subprotocol"]) == ("websocket.accept", "holdfast.live")
        first = await socket.said()
        assert (first["event"], first["id"]) == ("availability", None)
        await ada.post("/holds", sale.wants(1), key=new_key(), expect=201)
        assert (await socket.said())["data"]["ticket_types"][0]["available"] == 9
    assert room(house) == 0


async def test_a_socket_of_an_order_closes_at_its_end(house: House) -> None:
    sale, ada = await house.sale(), await house.member()
    order = await checkout(ada, sale)
    async with line(house, f"/orders/{order['id']}/live", ada, kind="websocket") as socket:
        assert (await socket.next())["subprotocol"] is None
        assert (await socket.said())["data"]["order"]["state"] == "PENDING_PAYMENT"
        await ada.post(f"/orders/{order['id']}/cancel", key=new_key(), expect=200)
        while not (await socket.said())["data"]["final"]:
            pass
        closed = await socket.next()
        assert (closed["type"], closed["code"]) == ("websocket.close", 1000)


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        (["holdfast.live"], "TOKEN_MISSING"),
        (["bearer.bad"], "TOKEN_INVALID"),
        (["bearer.{token}", "bearer.{token}"], "TOKEN_INVALID"),
    ],
)
async def test_a_socket_is_denied(house: House, offered: list[str], reason: str) -> None:
    sale, ada = await house.sale(), await house.member()
    token = offering(*(each.format(token=ada.token) for each in offered))
    path = f"{left_of(sale)}?access_token={ada.token}"
    async with line(house, path, None, token, kind="websocket") as socket:
        denied = await socket.next()
        assert (denied["type"], denied["status"]) == ("websocket.http.response.start", 401)
        assert json.loads((await socket.next())["body"])["code"] == reason


@pytest.mark.parametrize("path", ["/events/x/availability/live", "/orders/x/live"])
async def test_a_socket_of_nonsense(house: House, path: str) -> None:
    async with line(house, path, await house.member(), kind="websocket") as socket:
        assert (await socket.next())["status"] == 422


async def test_a_socket_ends_with_its_token() -> None:
    house = House(rules=Rules(streams=StreamLimits(recheck=SOON)))
    sale, ada = await house.sale(), await house.member()
    async with line(house, left_of(sale), ada, kind="websocket") as socket:
        await socket.next()
        await socket.said()
        await ada.post("/auth/logout", expect=204)
        problem = await socket.said()
        assert (problem["event"], problem["data"]["code"]) == ("problem", "TOKEN_REVOKED")
        assert (await socket.next())["code"] == 1008


async def facts(who: Client, organizer: str, **query: Any) -> Json:
    return (await who.get(f"/organizers/{organizer}/facts", params=query, expect=200)).json()


async def test_the_log_is_read_for_ever(house: House) -> None:
    sale, ada = await house.sale(), await house.member()
    olga, organizer = sale.organizer, sale.event["organizer_id"]
    await house.ports.log.number(1000)
    first = await facts(olga, organizer, page_size=2)
    assert [each["type"] for each in first["items"]] == ["organizer.created", "event.created"]
    rest = await facts(olga, organizer, after=first["next_page_token"])
    assert [each["type"] for each in rest["items"]] == ["event.published"]
    assert rest["items"][0]["data"]["event_id"] == sale.event["id"]
    empty = await facts(olga, organizer, after=rest["next_page_token"])
    assert empty == {"items": [], "next_page_token": rest["next_page_token"]}
    await checkout(ada, sale)
    await house.ports.log.number(1000)
    more = await facts(olga, organizer, after=empty["next_page_token"])
    assert [each["type"] for each in more["items"]][0] == "hold.created"
    some = await facts(olga, organizer, types=["order.placed", "hold.created"])
    assert {each["type"] for each in some["items"]} == {"order.placed", "hold.created"}


@pytest.mark.parametrize(
    "query",
    [{"after": "nonsense"}, {"types": "order.flown"}, {"page_size": 101}, {"page_token": "x"}],
)
async def test_the_log_is_asked_for_nonsense(house: House, query: dict[str, Any]) -> None:
    sale = await house.sale()
    path = f"/organizers/{sale.event['organizer_id']}/facts"
    await sale.organizer.get(path, params=query, expect=422)
    await (await house.member()).get(path, expect=404)


async def test_a_test_key_reads_of_tests_alone(house: House) -> None:
    sale = await house.sale()
    olga, organizer = sale.organizer, sale.event["organizer_id"]
    read: dict[bool, set[str]] = {}
    for live in (True, False):
        wanted = {"name": "Lab", "live": live, "scopes": ["CreateEvent", "ListFacts"]}
        made = await olga.post(f"/organizers/{organizer}/api-keys", wanted, expect=201)
        key = house.client(made.json()["key"])
        if not live:
            trial = {name: sale.event[name] for name in ("name", "starts_at", "ends_at")}
            types = [{"name": "Standing", "price": PRICE, "capacity": 1}]
            trial |= {"organizer_id": organizer, "currency": "EUR", "ticket_types": types}
            await key.post("/events", trial, expect=201)
        await house.ports.log.number(1000)
        items = (await facts(key, organizer, types="event.created"))["items"]
        assert {each["live"] for each in items} == {live}
        read[live] = {each["id"] for each in items}
    assert read[True].isdisjoint(read[False])
