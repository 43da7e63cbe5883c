"""The front, before services that tell what they were asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from api.front.app import RestFront, RestUpstream, merged
from api.front.paths import Map
from api.front.served import ServedPath
from core.addresses import bound
from core.listening import listening
from shared.addresses import networks

GET, POST = frozenset({"GET"}), frozenset({"POST"})


def test_who_has_a_path() -> None:
    found = Map(
        {
            "a": [
                ServedPath(template="/api/v1/holds/{hold_id}", methods=GET),
                ServedPath(template="/health"),
            ],
            "b": [
                ServedPath(template="/api/v1/holds/{hold_id}/pay", methods=POST),
                ServedPath(template="/api/v1/holds/{hold_id}", methods=POST),
                ServedPath(template="/pages", below=True),
            ],
        }
    )
    for path, method, who in (
        ("/api/v1/holds/1", "GET", "a"),
        ("/api/v1/holds/1", "HEAD", "a"),
        ("/api/v1/holds/1", "POST", "b"),
        ("/api/v1/holds/1", "DELETE", "a"),  # who has the path refuses the method
        ("/api/v1/holds/1/pay", "POST", "b"),
        ("/api/v1/holds/1/pay/", "POST", "a"),  # nobody's: the first says so
        ("/pages/1/2", "GET", "b"),
        ("/health", "GET", "a"),
        ("/nope", "GET", "a"),
        ("", "GET", "a"),
    ):
        assert found.find(path, method) == who, (path, method)


def test_documents_become_one() -> None:
    def document(path: str, name: str) -> Mapping[str, Any]:
        operation = {"operationId": name, "responses": {"201": {"description": "Made."}}}
        return {
            "info": 1,
            "paths": {path: {"post": operation}},
            "components": {"schemas": {name: 1}},
        }

    whole = merged([document("/events", "CreateEvent"), document("/events/{id}/x", "DoX")])
    assert set(whole["paths"]) == {"/events", "/events/{id}/x"}
    assert set(whole["components"]["schemas"]) == {"CreateEvent", "DoX"}
    assert "DoX" in whole["paths"]["/events"]["post"]["responses"]["201"]["links"]


@dataclass
class Service:
    """An ASGI application that answers what it was asked, or streams until its reader leaves."""

    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["path"] == "/stream":
            await self._stream(receive, send)
        else:
            await self._tell(scope, receive, send)

    async def _tell(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        told = {
            "target": scope["raw_path"].decode() + "?" + scope["query_string"].decode(),
            "headers": [(name.decode(), value.decode()) for name, value in scope["headers"]],
            "body": body.decode(),
        }
        headers = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"connection", b"x-odd")]
        await send({"type": "http.response.start", "status": 418, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})

    async def _stream(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left.set()

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if scope["path"] == "/socket/no":
            start = {"type": "websocket.http.response.start", "status": 403}
            await send({**start, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "websocket.http.response.body", "body": b"no"})
            return
        await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
        said = await receive()
        await send({"type": "websocket.send", "text": said["text"].upper()})
        await send({"type": "websocket.close", "code": 4001, "reason": "enough"})


@dataclass
class Street:
    url: str
    service: Service


@asynccontextmanager
async def street(*trusted: str) -> AsyncIterator[Street]:
    """A front, one service behind it, and one that is not there."""
    service = Service()
    behind, before, gone = (
        bound("127.0.0.1", 0, face="REST", setting="REST__PORT") for _ in range(3)
    )
    paths = (ServedPath(template="/{rest:path}"),)
    front = RestFront(
        [
            RestUpstream(name="here", host="127.0.0.1", port=behind.getsockname()[1], paths=paths),
            RestUpstream(
                name="gone",
                host="127.0.0.1",
                port=gone.getsockname()[1],
                paths=(ServedPath(template="/api/v1/gone"),),
            ),
        ],
        networks(trusted),
    )
    url = f"http://127.0.0.1:{before.getsockname()[1]}"
    async with listening(service, behind, url), listening(front, before, url, date=False):
        yield Street(url, service)
    await front.close()
    gone.close()


async def test_requests_and_answers_stay_what_they_are() -> None:
    async with street() as found, httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        answer = await client.post(
            f"{found.url}/a%2Fb//c/?x=%20&x=2",
            content=b"hello",
            headers=[
                ("X-Request-ID", "mine"),
                ("X-Two", "1"),
                ("X-Two", "2"),
                ("X-Forwarded-For", "203.0.113.9"),
                ("Connection", "keep-alive"),
                ("TE", "trailers"),
            ],
        )
        told = answer.json()
        sent = [tuple(each) for each in told["headers"]]
        names = [name for name, _ in sent]
        assert (answer.status_code, told["body"]) == (418, "hello")
        assert told["target"] == "/a%2Fb//c/?x=%20&x=2"
        assert [value for name, value in sent if name == "x-two"] == ["1", "2"]
        assert [value for name, value in sent if name == "x-request-id"] == ["mine"]
        # Nobody in front of us is trusted: what the caller says of itself goes no further.
        assert [value for name, value in sent if name == "x-forwarded-for"] == ["127.0.0.1"]
        assert "te" not in names
        assert ("host", found.url.removeprefix("http://")) in sent
        assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
        assert "x-odd" not in answer.headers.get("connection", "")
        chunked = await client.post(f"{found.url}/c", content=_chunks())
        assert chunked.json()["body"] == "onetwo"


async def _chunks() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


async def test_a_proxy_in_front_is_believed_where_the_settings_say_so() -> None:
    async with (
        street("127.0.0.0/8") as found,
        httpx2.AsyncClient(trust_env=False, timeout=60) as client,
    ):
        said = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
        told = (await client.get(found.url, headers=said)).json()
        assert ["x-forwarded-for", "203.0.113.9"] in told["headers"]


async def test_a_stream_ends_with_its_reader() -> None:
    async with street() as found, httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        async with client.stream("GET", f"{found.url}/stream") as answer:
            assert await anext(answer.aiter_lines()) == "first"
            assert not found.service.left.is_set()
        await asyncio.wait_for(found.service.left.wait(), 60)


async def test_who_is_away_is_said_to_be() -> None:
    async with street() as found, httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        answer = await client.get(f"{found.url}/api/v1/gone")
        assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"
        assert (await client.get(f"{found.url}/ready")).status_code == 503
        assert (await client.get(f"{found.url}/health")).json() == {"status": "ok"}


async def test_sockets_are_passed_on() -> None:
    async with street() as found:
        url = found.url.replace("http", "ws")
        async with connect(
            f"{url}/socket/1", subprotocols=[Subprotocol("p")], proxy=None
        ) as socket:
            assert socket.subprotocol == "p"
            await socket.send("hello")
            assert await socket.recv() == "HELLO"
            await socket.wait_closed()
            assert (socket.close_code, socket.close_reason) == (4001, "enough")
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"{url}/socket/no", proxy=None):
                pass
        assert refused.value.response.status_code == 403
        assert refused.value.response.body == b"no"
