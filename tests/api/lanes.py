"""Two houses that differ in nothing but the fast lane, and what both answer to the same bytes."""

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import structlog
from starlette.types import Message
from structlog.testing import capture_logs

from api.app import RestConfig
from application.assembly import Rules
from infrastructure.ids.ids import RandomIds
from infrastructure.memory.clock import MemoryClock
from infrastructure.memory.limits import MemoryRateLimiter
from tests.api.house import House

KEY = (b"idempotency-key", b"key-0123456789abcdef")
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
GONE = None
"""A chunk of a body that never comes: the client has gone."""


class CountedIds(RandomIds):
    """The same in each house."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def go_on_from(self, number: int) -> None:
        self._numbers = count(number)

    def uuid(self) -> UUID:
        return UUID(int=0x01936B2A7C007A108000 << 48 | next(self._numbers))


class SteppedClock(MemoryClock):
    """A microsecond passes with each look at it, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self._reading = NOW

    def now(self) -> datetime:
        self._reading += timedelta(microseconds=1)
        return self._reading

    def advance(self, by: timedelta) -> None:
        self._reading += by

    def go_on_from(self, moment: datetime) -> None:
        self._reading = moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as a server hands it over."""

    method: str = "POST"
    path: str = "/api/v1/holds"
    raw_path: bytes | None = None
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    chunks: tuple[bytes | None, ...] = (b"",)
    fails: bool = False
    """The connection breaks while it is answered."""

    def but(self, **changes: Any) -> "Sent":
        return replace(self, **changes)

    def header(self, name: bytes, *values: bytes) -> "Sent":
        """With these values of a header and no others."""
        kept = tuple(each for each in self.headers if each[0] != name)
        return self.but(headers=kept + tuple((name, value) for value in values))

    def body(self, *chunks: bytes | None) -> "Sent":
        """With this body, announced if it is in one piece."""
        sent = self.but(chunks=chunks)
        if len(chunks) == 1 and chunks[0] is not None:
            return sent.header(b"content-length", b"%d" % len(chunks[0]))
        return sent.header(b"content-length").header(b"transfer-encoding", b"chunked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that can be told from outside."""

    messages: list[Message]
    lines: list[MutableMapping[str, Any]]
    refusals: list[str]
    answered: list[str]
    bugs: list[str]

    @property
    def status(self) -> int | None:
        return self.messages[0]["status"] if self.messages else None

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def content(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])


class Lane:
    """One house with a sale, and its `token`, a member's."""

    def __init__(self, *, fast: bool, config: RestConfig, rules: Rules) -> None:
        self._ids, self._clock = CountedIds(), SteppedClock()
        self.house = House(
            replace(config, fast_lane=fast),
            rules,
            ids=self._ids,
            clock=self._clock,
            limiter=MemoryRateLimiter(lambda: 0.0),
        )

    def start_alike(self) -> None:
        """However often somebody looked at the clock, or made an id, before."""
        self._ids.go_on_from(1_000)
        self._clock.go_on_from(NOW + timedelta(minutes=1))

    async def open(self, ticket_types: int, capacity: int) -> None:
        organizer = await self.house.member("ada@example.com")
        kinds = [
            {"name": f"Row {n}", "price": {"amount": 1250, "currency": "EUR"}, "capacity": capacity}
            for n in range(ticket_types)
        ]
        path = "/organizers"
        made = await organizer.post(path, {"name": "Hall", "slug": "hall"}, expect=201)
        draft = await organizer.post(
            "/events",
            {
                "organizer_id": made.json()["id"],
                "name": "Concert",
                "starts_at": "2030-06-01T20:00:00+02:00",
                "ends_at": "2030-06-01T23:00:00+02:00",
                "currency": "EUR",
                "ticket_types": kinds,
            },
            expect=201,
        )
        event = await organizer.post(f"/events/{draft.json()['id']}/publish", expect=200)
        self.event = event.json()
        self.user = await self.house.member("bob@example.com")

    async def see(self, sent: Sent) -> Seen:
        messages: list[Message] = []
        chunks = list(sent.chunks)

        async def receive() -> Message:
            if not chunks or chunks[0] is GONE:
                return {"type": "http.disconnect"}
            body = chunks.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(chunks)}

        async def send(message: Message) -> None:
            messages.append(message)
            if sent.fails:
                raise OSError("the connection broke")

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": sent.method,
            "path": sent.path,
            "raw_path": sent.raw_path or sent.path.encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": sent.query,
            "headers": list(sent.headers),
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
        }
        watcher = self.house.observer
        before = len(watcher.refusals), len(watcher.answered), len(watcher.bugs)
        with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
            await self.house.rest(scope, receive, send)
        assert "request_id" not in structlog.contextvars.get_contextvars()
        return Seen(
            messages=[_plain(message) for message in messages],
            lines=[_line(line) for line in lines],
            refusals=[each.reason for each in watcher.refusals[before[0] :]],
            answered=watcher.answered[before[1] :],
            bugs=[repr(each) for each in watcher.bugs[before[2] :]],
        )


class Lanes:
    """Both, opened alike."""

    def __init__(self, fast: Lane, ordinary: Lane) -> None:
        self.fast, self.ordinary = fast, ordinary

    async def same(self, *requests: Sent) -> Seen:
        """What the last of them came to, which is the same for all of them on both lanes."""
        for sent in requests:
            seen, expected = await self.fast.see(sent), await self.ordinary.see(sent)
            assert seen.messages == expected.messages, (seen.messages, expected.messages)
            assert seen == expected
        return seen

    def post(self, *, token: str | None = None, quantity: int = 1) -> Sent:
        """A hold that is answered on the fast lane."""
        kind, event = self.fast.event["ticket_types"][0]["id"], self.fast.event["id"]
        body = f'{{"event_id":"{event}","lines":[{{"ticket_type_id":"{kind}","quantity":%d}}]}}'
        return self._sent(token).header(*KEY).body((body % quantity).encode())

    def get(self, path: str, *, token: str | None = None, query: bytes = b"") -> Sent:
        whole = f"/api/v1{path}"
        sent = self._sent(token).but(method="GET", path=whole, query=query)
        return sent.header(b"content-type")

    @property
    def availability(self) -> str:
        return f"/events/{self.fast.event['id']}/availability"

    def _sent(self, token: str | None) -> Sent:
        bearer = token or self.fast.user.token
        assert bearer is not None
        return Sent(
            headers=(
                (b"host", b"test"),
                (b"x-request-id", b"mine"),
                (b"content-type", b"application/json"),
                (b"authorization", b"Bearer " + bearer.encode()),
            )
        )


async def lanes(
    config: RestConfig = RestConfig(),
    rules: Rules = Rules(),
    *,
    ticket_types: int = 1,
    capacity: int = 10,
) -> Lanes:
    """The token of the one is good for the other: all ids are the same."""
    pair = [Lane(fast=fast, config=config, rules=rules) for fast in (True, False)]
    for lane in pair:
        await lane.open(ticket_types, capacity)
        lane.start_alike()
    assert pair[0].event == pair[1].event
    return Lanes(*pair)


def _plain(message: Message) -> Message:
    """Without what only some servers look at: there is no more body unless it says so."""
    if message["type"] == "http.response.body":
        assert not message.get("more_body", False)
        return {"type": message["type"], "body": message["body"]}
    return {name: message[name] for name in ("type", "status", "headers")}


def _line(line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if "ms" in line:
        assert isinstance(line.pop("ms"), float)
    if "exc_info" in line:
        line["exc_info"] = repr(line["exc_info"])
    return line
