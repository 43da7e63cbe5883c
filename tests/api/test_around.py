"""What every answer carries, and the line it leaves in the log."""

import gzip
import re
from collections.abc import MutableMapping
from typing import Any

import httpx2
import pytest
import structlog
from structlog.testing import capture_logs

from api.app import RestConfig
from tests.api.house import PASSWORD, Client, House, new_key

ORIGIN = "https://shop.example"


@pytest.mark.parametrize("path", ["/health", "/ready", "/users/me", "/nowhere", "/docs"])
async def test_a_request_id_comes_back(stranger: Client, path: str) -> None:
    given = {"X-Request-ID": "Order-7.a_b"}
    response = await stranger.get(path, headers=given)
    assert response.headers.get_list("x-request-id") == ["Order-7.a_b"]


@pytest.mark.parametrize("unusable", [None, "", "a b", "ä", "x" * 129, 'a"b', "a\tb"])
async def test_an_unusable_request_id_is_replaced(stranger: Client, unusable: str | None) -> None:
    headers = {} if unusable is None else {"X-Request-ID": unusable.encode("latin-1")}
    found = {(await stranger.get("/health", headers=headers)).headers["x-request-id"] for _ in "ab"}
    assert len(found) == 2
    assert all(re.fullmatch(r"[0-9a-f-]{36}", each) for each in found)


async def test_the_request_id_is_in_problems_and_in_the_outbox(house: House) -> None:
    member = await house.member()
    sent = {"X-Request-ID": "mine"}
    await member.post("/organizers", {"name": "Hall", "slug": "hall"}, headers=sent, expect=201)
    assert house.database.tables.outbox[-1].request_id == "mine"
    assert (await member.get("/nowhere", headers=sent)).json()["request_id"] == "mine"


async def test_one_line_per_request(house: House) -> None:
    member = await house.member()
    hold = "01936b2a-7c00-7a10-8000-000000000001"
    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        response = await member.get(f"/holds/{hold}?token=secret", headers={"X-Request-ID": "mine"})
    (line,) = lines
    assert isinstance(line.pop("ms"), float)
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path": f"/api/v1/holds/{hold}",
        "route": "/api/v1/holds/{hold_id}",
        "status": 404,
        "bytes": len(response.content),
        "request_id": "mine",
    }


async def test_of_a_path_only_what_is_ours_is_logged(stranger: Client) -> None:
    with capture_logs() as lines:
        await stranger.get("/nowhere%0A2026-01-01%00" + "x" * 1000, expect=404)
        await stranger.get("/holds/no-id%0A", expect=401)
    assert [line["path"] for line in lines if line["event"] == "request"] == [
        None,
        "/api/v1/holds/…",
    ]


async def test_the_log_holds_no_secrets(house: House) -> None:
    with capture_logs() as lines:
        member = await house.member()
        await member.get(f"/events?text={PASSWORD}")
    assert len(lines) == 3
    assert member.token is not None
    assert PASSWORD not in str(lines) and member.token not in str(lines)


async def test_the_request_id_is_gone_from_the_context_afterwards(stranger: Client) -> None:
    await stranger.get("/health")
    assert "request_id" not in structlog.contextvars.get_contextvars()


@pytest.mark.parametrize("path", ["/health", "/users/me", "/nowhere", "/docs"])
async def test_security_headers(stranger: Client, path: str) -> None:
    headers = (await stranger.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers
    assert headers["cache-control"] == ("no-cache" if path == "/docs" else "no-store")


async def test_hsts_is_sent_when_configured() -> None:
    response = await House(RestConfig(hsts_seconds=600)).client().get("/health")
    assert response.headers["strict-transport-security"] == "max-age=600"


async def test_tokens_and_tickets_are_not_kept_by_anybody(house: House) -> None:
    member = await house.member()
    sale = await house.sale()
    login = await member.post("/auth/login", {"email": "x", "password": "y"})
    hold = await member.post("/holds", sale.wants(1), key=new_key(), expect=201)
    event = await member.get(f"/events/{sale.event['id']}", expect=200)
    assert login.headers["cache-control"] == hold.headers["cache-control"] == "no-store"
    assert event.headers["cache-control"] == "private, no-cache"


async def preflight(origin: str, config: RestConfig) -> httpx2.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key,content-type",
    }
    return await House(config).client().send("OPTIONS", "/holds", headers=headers)


async def test_cors_for_the_origins_of_the_settings() -> None:
    config = RestConfig(cors_origins=(ORIGIN,))
    allowed = await preflight(ORIGIN, config)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert "PATCH" in allowed.headers["access-control-allow-methods"]
    assert "Idempotency-Key" in allowed.headers["access-control-allow-headers"]
    refused = await House(config).client().send("GET", "/health", headers={"Origin": "https://x.y"})
    assert "access-control-allow-origin" not in refused.headers


async def test_cors_shows_our_headers_on_refusals_too() -> None:
    stranger = House(RestConfig(cors_origins=(ORIGIN,))).client()
    response = await stranger.get("/users/me", headers={"Origin": ORIGIN}, expect=401)
    assert response.headers["access-control-allow-origin"] == ORIGIN
    shown = response.headers["access-control-expose-headers"]
    assert set(shown.split(", ")) == {
        "ETag",
        "Idempotency-Replayed",
        "Location",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
        "X-Request-ID",
    }


async def test_cors_for_anybody() -> None:
    config = RestConfig(cors_origins=("*",))
    assert (await preflight(ORIGIN, config)).headers["access-control-allow-origin"] == "*"


async def test_without_origins_there_is_no_cors() -> None:
    response = await preflight(ORIGIN, RestConfig())
    assert response.status_code == 204
    assert not any(name.startswith("access-control") for name in response.headers)


async def test_long_answers_are_compressed_if_wanted(house: House) -> None:
    sizes = {}
    for path in ("/health", "/openapi.json"):
        for encoding in ("gzip", "identity"):
            start, body = await raw(house, path, encoding)
            headers = dict(start["headers"])
            compressed = headers.get(b"content-encoding") == b"gzip"
            assert compressed == (encoding == "gzip" and path == "/openapi.json")
            assert int(headers[b"content-length"]) == len(body)
            sizes[path, encoding] = len(gzip.decompress(body) if compressed else body)
    assert sizes["/openapi.json", "gzip"] == sizes["/openapi.json", "identity"]


async def test_head_is_get_without_the_body(house: House) -> None:
    member = await house.member()
    event = await member.draft()
    path = f"/events/{event['id']}"
    with_body, without = await member.get(path), await member.send("HEAD", path, expect=200)
    assert without.content == b""
    for header in ("content-length", "content-type", "etag", "cache-control"):
        assert without.headers[header] == with_body.headers[header]
    assert (await member.send("HEAD", "/nowhere")).status_code == 404


async def test_head_has_the_length_that_get_has(house: House) -> None:
    for encoding in ("gzip", "identity"):
        whole, _ = await raw(house, "/openapi.json", encoding)
        headed, body = await raw(house, "/openapi.json", encoding, method="HEAD")
        assert body == b""
        lengths = [dict(each["headers"])[b"content-length"] for each in (whole, headed)]
        assert lengths[0] == lengths[1]


async def test_health_asks_nobody_and_ready_does(house: House) -> None:
    house.is_ready = False
    assert (await house.client().get("/health", expect=200)).json() == {"status": "ok"}
    refused = await house.client().get("/ready", expect=503)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("NOT_READY", "1")
    house.is_ready = True
    assert (await house.client().get("/ready", expect=200)).json() == {"status": "ready"}


async def raw(house: House, path: str, encoding: str, method: str = "GET") -> tuple[Any, bytes]:
    """The answer as it goes over the wire: the client of the other tests decompresses."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"accept-encoding", encoding.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    await house.rest(scope, receive, send)
    return sent[0], b"".join(message["body"] for message in sent[1:])
