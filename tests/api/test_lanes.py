"""The fast lane answers what ordinary routes answer, byte for byte, and leaves the same traces."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import AsyncMock, Mock
from uuid import uuid4

import pytest

from api.app import RestConfig
from api.fast.lane import FastLane
from application.assembly import Rules
from application.limits import WriteLimits
from application.ports.limits import Limit
from tests.api.lanes import GONE, KEY, Lanes, Sent, lanes

ORIGIN = b"https://shop.example"
HOUR = 3600


@pytest.fixture
async def pair() -> Lanes:
    return await lanes()


@pytest.fixture(scope="module")
async def shared() -> Lanes:
    """For whoever does not mind what was sold before."""
    return await lanes(capacity=1_000_000)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that the fast lane answered by itself."""
    paths: list[str] = []
    called: Callable[..., Awaitable[Any]] = FastLane._called

    async def noted(lane: FastLane, call: Any, asked: Any, body: bytes) -> Any:
        answer = await called(lane, call, asked, body)
        paths.append(call.scope["path"])
        return answer

    monkeypatch.setattr(FastLane, "_called", noted)
    return paths


async def test_the_three_routes_are_answered_on_the_lane(pair: Lanes, taken: list[str]) -> None:
    made = await pair.same(pair.post())
    hold = json.loads(made.content)["id"]
    assert made.status == 201 and made.headers["location"] == f"/api/v1/holds/{hold}"
    read = await pair.same(pair.get(f"/holds/{hold}"))
    left = await pair.same(pair.get(pair.availability))
    assert [read.status, left.status] == [200, 200]
    assert taken == ["/api/v1/holds", f"/api/v1/holds/{hold}", f"/api/v1{pair.availability}"]


async def test_replays_and_keys_used_otherwise(pair: Lanes) -> None:
    replayed = await pair.same(pair.post(), pair.post())
    assert (replayed.status, replayed.headers["idempotency-replayed"]) == (201, "true")
    reused = await pair.same(pair.post(quantity=2))
    assert reused.refusals == ["IDEMPOTENCY_KEY_REUSED"]


async def test_refusals_of_the_sale(pair: Lanes) -> None:
    def post(quantity: int) -> Sent:
        return pair.post(quantity=quantity).header(KEY[0], str(uuid4()).encode())

    for quantity, reason in ((0, "FIELD_INVALID"), (11, "LIMIT_REACHED"), (-1, "FIELD_INVALID")):
        assert (await pair.same(post(quantity))).refusals == [reason]
    await pair.same(post(10))
    refused = await pair.same(post(1))
    assert (refused.status, refused.refusals) == (409, ["SOLD_OUT"])
    for path in (f"/holds/{uuid4()}", f"/events/{uuid4()}/availability"):
        assert (await pair.same(pair.get(path))).status == 404


@pytest.mark.parametrize("limit", ["per_actor", "per_address"])
async def test_limits_are_counted_and_reached(limit: str, taken: list[str]) -> None:
    limits = WriteLimits(**{limit: Limit(name=limit, quota=9, window_seconds=HOUR)})
    house = await lanes(rules=Rules(limits=limits))
    statuses = []
    for _ in range(10):
        seen = await house.same(house.post())
        assert limit in seen.headers["ratelimit"] and limit in seen.headers["ratelimit-policy"]
        statuses.append(seen.status)
    assert statuses[-1] == 429 and "retry-after" in seen.headers and 201 in statuses
    assert (await house.same(house.post().body(b"{"))).status == 429
    assert taken


@pytest.mark.parametrize(
    "token",
    ["", "nonsense", "a.b.c", "hf_live_" + "x" * 43, "x" * 5000, "a b", "\u00e4"],
)
async def test_bad_tokens(shared: Lanes, token: str) -> None:
    for sent in (shared.post(), shared.get(shared.availability)):
        for scheme in (b"Bearer ", b"bearer  ", b"Basic ", b""):
            bad = sent.header(b"authorization", scheme + token.encode("latin-1"))
            assert (await shared.same(bad)).status == 401
        assert (await shared.same(sent.header(b"authorization"))).status == 401


async def test_whoever_logged_out_is_out_on_both(pair: Lanes) -> None:
    await pair.same(pair.post())
    for lane in (pair.fast, pair.ordinary):
        await lane.user.post("/auth/logout", expect=204)
    assert (await pair.same(pair.post())).refusals == ["TOKEN_REVOKED"]


BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"{}",
    b"\xff",
    b'"\\ud800"',
    b"[" * 5000,
    b'{"event_id":1,"lines":[]}',
    b'{"event_id":"EVENT","lines":null}',
    b'{"event_id":"EVENT","lines":{}}',
    b'{"event_id":"EVENT","lines":[]}',
    b'{"event_id":"EVENT","lines":[1]}',
    b'{"event_id":"EVENT","lines":[LINE],"more":1}',
    b'{"event_id":"EVENT","lines":[{"ticket_type_id":"KIND","quantity":1,"more":1}]}',
    b'{"event_id":"EVENT","lines":[{"ticket_type_id":"KIND"}]}',
    b'{"event_id":"EVENT","lines":[LINE,LINE]}',
    b'{"event_id":1,"event_id":"EVENT","lines":[LINE]}',
    b'{"event_id":"EVENT","event_id":1,"lines":[LINE]}',
    b'{"lines":[LINE],"event_id":"EVENT"} ',
    b'{"event_id":"EVENT","lines":[LINE]}x',
    b'{"event_id":"BARE","lines":[LINE]}',
    b'{"event_id":"{BARE}","lines":[LINE]}',
    b'{"event_id":"urn:uuid:EVENT","lines":[LINE]}',
    b'{"event_id":" EVENT","lines":[LINE]}',
    b'{"event_id":"EVENT\\n","lines":[LINE]}',
    b'{"\\u0065vent_id":"EVENT","lines":[LINE]}',
    b'{"EVENT_ID":"EVENT","lines":[LINE]}',
] + [
    b'{"event_id":"EVENT","lines":[{"ticket_type_id":"KIND","quantity":%s}]}' % quantity
    for quantity in (
        b"true",
        b"1.0",
        b"1e0",
        b"-0",
        b'"1"',
        b"null",
        b"NaN",
        b"1E400",
        b"01",
        b"+1",
        b"99999999999999999999999999",
        b"18446744073709551615",
        b"-9223372036854775809",
        b"9" * 5000,
    )
]


@pytest.mark.parametrize("template", BODIES, ids=lambda body: body[:60].decode("latin-1"))
async def test_bodies(shared: Lanes, template: bytes) -> None:
    event, kind = shared.fast.event["id"], shared.fast.event["ticket_types"][0]["id"]
    body = template.replace(b"LINE", b'{"ticket_type_id":"KIND","quantity":1}')
    body = body.replace(b"BARE", event.replace("-", "").encode())
    body = body.replace(b"EVENT", event.encode()).replace(b"KIND", kind.encode())
    for each in (body, body.replace(b"a", b"A")):
        key = uuid4().hex.encode()
        await shared.same(shared.post().header(KEY[0], key).body(each))


@pytest.mark.parametrize(
    "kind",
    [
        (),
        (b"application/json; charset=utf-8",),
        (b"Application/JSON",),
        (b"application/problem+json",),
        (b"text/plain",),
        (b"application/x-www-form-urlencoded",),
        (b"application/json", b"application/json"),
        (b"application/json", b"text/plain"),
    ],
)
async def test_content_types(shared: Lanes, kind: tuple[bytes, ...]) -> None:
    await shared.same(shared.post().header(b"content-type", *kind))


@pytest.mark.parametrize(
    "key", [(), (b"",), (b"short",), (b"x" * 65,), (b"a" * 20, b"b" * 20), (b"\xe4" * 20,)]
)
async def test_idempotency_keys(shared: Lanes, key: tuple[bytes, ...]) -> None:
    assert (await shared.same(shared.post().header(KEY[0], *key))).status == 400


async def test_paths(shared: Lanes) -> None:
    hold = json.loads((await shared.same(shared.post())).content)["id"]
    bare, encoded = hold.replace("-", ""), hold.replace("0", "%30").encode()
    for each in (hold.upper(), bare, f"{{{hold}}}", f"{hold}\n", f"{hold}/", "x", "\u0660" * 36):
        await shared.same(shared.get(f"/holds/{each}"))
        await shared.same(shared.get(f"/events/{each}/availability"))
    await shared.same(shared.get(f"/holds/{hold}").but(raw_path=b"/api/v1/holds/" + encoded))
    for path in ("/api/v1/holds/", "/api/v1//holds", "/api/v1/Holds", "/holds"):
        await shared.same(shared.post().but(path=path))
    assert (await shared.same(shared.get(f"/holds/{hold.upper()}"))).status == 200


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "GET", "POST"])
async def test_methods(shared: Lanes, method: str) -> None:
    hold = json.loads((await shared.same(shared.post())).content)["id"]
    for path in ("/holds", f"/holds/{hold}", shared.availability):
        await shared.same(shared.get(path).but(method=method))
        await shared.same(shared.post().but(method=method, path=f"/api/v1{path}"))


@pytest.mark.parametrize("origins", [(), (ORIGIN.decode(),), ("*",)])
async def test_origins(origins: tuple[str, ...]) -> None:
    pair = await lanes(RestConfig(cors_origins=origins))
    for origin in (ORIGIN, b"https://other.example"):
        for sent in (pair.post(), pair.post().body(b"{"), pair.get(pair.availability)):
            seen = await pair.same(sent.header(b"origin", origin))
        allowed = "*" in origins or (bool(origins) and origin == ORIGIN)
        assert ("access-control-allow-origin" in seen.headers) == allowed
        await pair.same(pair.post().but(method="OPTIONS").header(b"origin", origin))


@pytest.mark.parametrize("least", [0, 1024, 100_000])
@pytest.mark.parametrize("encoding", [(), (b"gzip",), (b"br, gzip;q=0.5",), (b"identity",)])
async def test_compression(least: int, encoding: tuple[bytes, ...], taken: list[str]) -> None:
    pair = await lanes(RestConfig(gzip_min_bytes=least), ticket_types=20)
    left = await pair.same(pair.get(pair.availability).header(b"accept-encoding", *encoding))
    wanted = any(b"gzip" in each for each in encoding) and least < 100_000
    assert (left.headers.get("content-encoding") == "gzip") == wanted
    assert int(left.headers["content-length"]) == len(left.content)
    for sent in (pair.post(), pair.post().header(KEY[0]), pair.get(f"/holds/{uuid4()}")):
        await pair.same(sent.header(b"accept-encoding", *encoding))
    assert taken


async def test_sizes_and_chunks(taken: list[str]) -> None:
    pair = await lanes(RestConfig(max_body_bytes=2048))
    whole = pair.post().chunks[0]
    assert whole is not None
    await pair.same(pair.post().body(whole[:40], whole[40:]))
    await pair.same(pair.post().but(chunks=(whole[:40], b"", whole[40:])))
    assert taken == ["/api/v1/holds"]  # what does not say how long it is goes the ordinary way
    long = whole + b" " * 2048
    assert (await pair.same(pair.post().body(long))).status == 413
    assert (await pair.same(pair.post().body(long[:1500], long[1500:]))).status == 413
    lies = pair.post().but(chunks=(long,))
    assert (await pair.same(lies)).status == 413
    for length in (b"-1", b"x", b"", b"\xb2", b"99999999999999999999"):
        await pair.same(pair.post().header(b"content-length", length))
    await pair.same(pair.post().header(b"content-length", b"5", b"6"))
    await pair.same(pair.get(pair.availability).body(whole))
    await pair.same(pair.get(pair.availability).body(long))


async def test_clients_that_go(pair: Lanes) -> None:
    whole = pair.post().chunks[0]
    assert whole is not None
    for chunks in ((GONE,), (whole[:40], GONE)):
        for sent in (pair.post().but(chunks=chunks), pair.post().body(*chunks)):
            gone = await pair.same(sent)
            assert gone.messages == [] and gone.lines[-1]["status"] == 499
    broken = await pair.same(pair.post().but(fails=True))
    assert [line["event"] for line in broken.lines] == ["failed", "request"]


async def test_ages_and_entity_tags(pair: Lanes, taken: list[str]) -> None:
    fresh = await pair.same(pair.get(pair.availability))
    tag = fresh.headers["etag"].encode()
    for known in ((tag,), (b"*",), (b'W/"x"',), (b"",), (tag, b'"x"'), (b"\xe4",)):
        await pair.same(pair.get(pair.availability).header(b"if-none-match", *known))
    known_already = pair.get(pair.availability).header(b"if-none-match", tag)
    assert (await pair.same(known_already)).status == 304
    ages = [b"0", b"5", b"60", b"61", b"-1", b"x", b"", b"05", b"9" * 18, b"9" * 19]
    for query in [b"max_age=" + age for age in ages] + [b"max_age", b"x=1", b"max_age=1&x=2"]:
        await pair.same(pair.get(pair.availability, query=query))
        await pair.same(pair.get(f"/holds/{uuid4()}", query=query))
    await pair.same(pair.get(pair.availability, query=b"max_age=5&max_age=6"))
    assert len(taken) > 5


async def test_headers_of_every_answer() -> None:
    pair = await lanes(RestConfig(hsts_seconds=600, trusted_proxies=("127.0.0.0/8",)))
    made = await pair.same(pair.post().header(b"x-forwarded-for", b"203.0.113.9, 127.0.0.2"))
    assert made.headers["strict-transport-security"] == "max-age=600"
    for names in ((b"if-match", b'"1"'), (b"x-forwarded-for", b"nonsense"), (b"x-forwarded-for",)):
        await pair.same(pair.post().header(*names))
        await pair.same(pair.get(f"/holds/{uuid4()}").header(*names))
    await pair.same(pair.post().header(b"x-request-id", b"one", b"two"))
    await pair.same(pair.post().header(b"x-forwarded-for", b"203.0.113.9", b"203.0.113.8"))


@pytest.mark.parametrize("sent", [b"", b"a b", b"\xe4", b"x" * 129])
async def test_unusable_request_ids_are_replaced(shared: Lanes, sent: bytes) -> None:
    headers = [
        (await lane.see(shared.post().header(b"x-request-id", sent))).headers
        for lane in (shared.fast, shared.ordinary)
    ]
    fast, ordinary = ({name: each[name] for name in each} for each in headers)
    assert len(fast.pop("x-request-id")) == len(ordinary.pop("x-request-id")) == 36
    assert fast == ordinary


async def test_bugs_stay_anonymous(pair: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "application.hold.create_hold.visible_event", AsyncMock(side_effect=KeyError)
    )
    inside = await pair.same(pair.post())
    assert (inside.status, inside.bugs) == (500, ["KeyError()"])
    monkeypatch.setattr("api.event.routes.availability_answer", Mock(side_effect=KeyError))
    outside = await pair.same(pair.get(pair.availability))
    assert (outside.status, outside.lines[0]["event"]) == (500, "failed")


async def test_the_setting_switches_the_lane_off() -> None:
    pair = await lanes()
    assert pair.fast.house.rest.fast_lane is not None
    assert pair.ordinary.house.rest.fast_lane is None
