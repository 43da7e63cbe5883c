"""How much of a request is read."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
import pytest

from api.app import RestConfig
from tests.api.house import Client, House, new_key

MOST = 2048


@pytest.fixture
def house() -> House:
    return House(RestConfig(max_body_bytes=MOST))


def body_of(size: int) -> bytes:
    start = b'{"name": "Hall", "slug": "'
    return start + b"a" * (size - len(start) - 2) + b'"}'


async def test_what_announces_too_much_is_not_read(member: Client) -> None:
    at_most = await member.post("/organizers", content=body_of(MOST), headers=JSON)
    assert at_most.json()["code"] == "FIELD_INVALID"  # it was read, and the slug is too long
    more = await member.post("/organizers", content=body_of(MOST + 1), headers=JSON, expect=413)
    assert more.json()["code"] == "REQUEST_TOO_LARGE"
    assert more.json()["metadata"] == {"max_bytes": str(MOST)}


async def test_what_announces_nothing_is_counted(member: Client) -> None:
    async def chunks(size: int) -> AsyncIterator[bytes]:
        body = body_of(size)
        for start in range(0, size, 100):
            yield body[start : start + 100]

    at_most = await member.post("/organizers", content=chunks(MOST), headers=JSON)
    assert at_most.json()["code"] == "FIELD_INVALID"
    more = await member.post("/organizers", content=chunks(MOST + 1), headers=JSON, expect=413)
    assert more.json()["code"] == "REQUEST_TOO_LARGE"


@pytest.mark.parametrize("path", ["/holds", "/payments/webhooks/simulated", "/holds/x/extend"])
async def test_no_more_is_read_than_allowed(house: House, path: str) -> None:
    """Before anybody asks who is calling, and wherever the body goes."""
    chunk, given = b"x" * 500, 0

    async def receive() -> Mapping[str, Any]:
        nonlocal given
        given += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": True}

    assert await status_and_code(house, path, receive) == (413, "REQUEST_TOO_LARGE")
    assert given <= MOST + len(chunk)


async def test_a_client_that_goes_away_is_no_bug(house: House) -> None:
    async def receive() -> Mapping[str, Any]:
        return {"type": "http.disconnect"}

    sent = await answers(house, "/holds", receive)
    assert sent == []
    assert house.observer.bugs == []


async def test_the_limit_is_for_every_aggregate(member: Client) -> None:
    large = {"Content-Length": str(MOST + 1)}
    for path in ("/auth/login", "/events", "/holds", "/orders", "/payments/webhooks/simulated"):
        response = await member.post(path, headers=large, key=new_key(), expect=413)
        assert response.headers["cache-control"] == "no-store"


async def status_and_code(house: House, path: str, receive: Any) -> tuple[int, str]:
    start, body = await answers(house, path, receive)
    return start["status"], msgspec.json.decode(body["body"])["code"]


async def answers(house: House, path: str, receive: Any) -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": f"/api/v1{path}",
        "raw_path": b"",
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"transfer-encoding", b"chunked")],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    await asyncio.wait_for(house.rest(scope, receive, send), 60)
    return sent


JSON = {"Content-Type": "application/json"}
