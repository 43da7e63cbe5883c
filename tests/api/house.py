"""The REST face over memory adapters, and a client that believes nothing it is told."""

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import httpx2
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import Match

from api.app import RestConfig, create_app
from api.schemas import Problem
from application.assembly import Ports, Rules, assemble, assemble_jobs
from application.live.following import FollowingFeed
from application.payment.providers import Providers
from application.ports.identity import Ids
from infrastructure.calendar.ics import IcsCalendars
from infrastructure.memory.clock import MemoryClock
from infrastructure.memory.database import MemoryDatabase
from infrastructure.memory.feed import MemoryFeed
from infrastructure.memory.figures import MemoryRecentFigures
from infrastructure.memory.limits import MemoryRateLimiter
from infrastructure.memory.log import MemoryFactLog
from infrastructure.memory.retention import MemoryRetention
from infrastructure.memory.standings import MemoryStandings
from infrastructure.memory.throttle import MemoryAttemptThrottle
from infrastructure.memory.wake import MemoryWake
from infrastructure.simulated.memory import MemoryStorage
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.provider import SimulatedProvider
from tests.contracts.letterbox import Letterbox
from tests.contracts.receivers import Receivers
from tests.contracts.watcher import Watcher
from tests.contracts.world import IDS, PASSWORDS, SEALS, TOKENS, VAULT

SECRET = b"the secret of the webhooks of the tests"
WHOLE = ("/api/", "/.well-known/", "/health", "/ready", "/docs", "/openapi.json")
PRICE = {"amount": 1250, "currency": "EUR"}
PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)

Json = Any  # whatever a server answered; the tests look into it by name


def new_key() -> str:
    return f"key-{uuid4()}"


def new_email() -> str:
    return f"user{next(_numbers)}@example.com"


@cache
def document() -> Json:
    """The OpenAPI document, which does not depend on the house."""
    return House().rest.openapi()


class House:
    """Everything a process has, without a process. `is_ready` is what /ready is told; `seconds` is
    the clock that tells how old figures are; `modes` are those that payments may be made in."""

    def __init__(
        self,
        config: RestConfig = RestConfig(),
        rules: Rules = Rules(),
        *,
        ids: Ids = IDS,
        clock: MemoryClock | None = None,
        limiter: MemoryRateLimiter | None = None,
        modes: Iterable[bool] = (True, False),
    ) -> None:
        self.database = MemoryDatabase(clock)
        self.observer = Watcher()
        self.storage = MemoryStorage()
        self.letters = Letterbox()
        self.receivers = Receivers()
        self.is_ready = True
        self.seconds = 0.0
        provider = SimulatedProvider(self.storage, public_url="http://test")
        adapters = [SimulatedPayments(provider, secret=SECRET, live=live) for live in modes]
        log = MemoryFactLog(self.database)
        self.ports = Ports(
            begin=self.database.begin,
            store=self.database.store,
            tokens=TOKENS,
            seals=SEALS,
            standings=MemoryStandings(self.database),
            limiter=limiter or MemoryRateLimiter(),
            throttle=MemoryAttemptThrottle(self.database.clock),
            passwords=PASSWORDS,
            ids=ids,
            providers=Providers(adapters, "simulated"),
            mailer=self.letters,
            calendars=IcsCalendars(sender="shop@example.com"),
            observer=self.observer,
            recent=MemoryRecentFigures(lambda: self.seconds),
            retention=MemoryRetention(),
            log=log,
            feed=FollowingFeed(MemoryFeed(), log, MemoryWake(), timedelta(milliseconds=20)),
            vault=VAULT,
            webhooks=self.receivers,
        )
        self.rules = rules
        self.application = assemble(self.ports, rules)
        self.rest = create_app(self.application, config, ready=self.ready, jwks=TOKENS.jwks)

    async def ready(self) -> bool:
        return self.is_ready

    def client(self, token: str | None = None) -> "Client":
        return Client(self, token)

    async def member(self, email: str | None = None) -> "Client":
        """Somebody with an account, logged in; the first of a house is its superuser."""
        stranger = self.client()
        credentials = {"email": email or new_email(), "password": PASSWORD}
        await stranger.post("/auth/register", {**credentials, "name": "Ada"}, expect=201)
        tokens = await stranger.post("/auth/login", credentials, expect=200)
        return Client(self, tokens.json()["access_token"])

    async def mailed(self, email: str) -> str:
        """The token in the latest letter to somebody; whatever waits is sent before."""
        for job in assemble_jobs(self.ports, self.rules):
            if job.name == "send_mails":
                await job.run()
        letter = [each for each in self.letters.letters if each.to == email][-1]
        tokens = {found[0] for found in re.finditer(r"\bhf[a-z]_[A-Za-z0-9_-]+", letter.text)}
        (token,) = tokens
        return token

    async def sale(self, capacity: int = 10, **changes: Json) -> "Sale":
        """An event on sale with one ticket type, and its organizer."""
        organizer = await self.member()
        draft = await organizer.draft(capacity, **changes)
        published = await organizer.post(f"/events/{draft['id']}/publish", expect=200)
        return Sale(organizer, published.json())

    def route_of(self, method: str, path: str) -> APIRoute | None:
        scope = {"type": "http", "method": method, "path": path, "root_path": ""}
        for route in self.rest.router.routes:
            if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL:
                return route
        return None


@dataclass(frozen=True, slots=True)
class Sale:
    organizer: "Client"
    event: Json

    def wants(self, quantity: int) -> Json:
        """The body of a hold."""
        line = {"ticket_type_id": self.event["ticket_types"][0]["id"], "quantity": quantity}
        return {"event_id": self.event["id"], "lines": [line]}


class Client:
    """Sends to the API; every answer must be what the documentation of the operation says."""

    def __init__(self, house: House, token: str | None) -> None:
        self.house = house
        self.token = token

    async def send(
        self, method: str, path: str, *, expect: int | None = None, **request: Any
    ) -> httpx2.Response:
        """`path` below /api/v1, or a whole one. `expect` is the status that must come. Headers as
        a list are sent as they are, without a token."""
        whole = path if path.startswith(WHOLE) else f"/api/v1{path}"
        headers = request.pop("headers", None) or {}
        if self.token is not None and not isinstance(headers, list):
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        transport = httpx2.ASGITransport(self.house.rest)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
            response = await http.request(method, whole, headers=headers, **request)
        assert expect is None or response.status_code == expect, response.text
        self._check(response, method, whole)
        return response

    async def get(self, path: str, **request: Any) -> httpx2.Response:
        return await self.send("GET", path, **request)

    async def post(
        self, path: str, json: Json = None, *, key: str | None = None, **request: Any
    ) -> httpx2.Response:
        headers = dict(request.pop("headers", {}))
        if key is not None:
            headers["Idempotency-Key"] = key
        if json is not None:
            request["json"] = json
        return await self.send("POST", path, headers=headers, **request)

    async def patch(
        self, path: str, json: Json, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> httpx2.Response:
        return await self.send("PATCH", path, json=json, headers=headers, **request)

    async def delete(self, path: str, **request: Any) -> httpx2.Response:
        return await self.send("DELETE", path, **request)

    async def organizer(self) -> Json:
        """A new one of mine."""
        slug = f"organizer-{next(_numbers)}"
        return (await self.post("/organizers", {"name": "Hall", "slug": slug}, expect=201)).json()

    async def draft(self, capacity: int = 10, **changes: Json) -> Json:
        """An event of a new organizer of mine."""
        organizer = await self.organizer()
        event = await self.post(
            "/events",
            {
                "organizer_id": organizer["id"],
                "name": "Concert",
                "starts_at": "2030-06-01T20:00:00+02:00",
                "ends_at": "2030-06-01T23:00:00+02:00",
                "currency": "EUR",
                "ticket_types": [{"name": "Standing", "price": PRICE, "capacity": capacity}],
                **changes,
            },
            expect=201,
        )
        return event.json()

    def _check(self, response: httpx2.Response, method: str, path: str) -> None:
        assert response.headers["x-request-id"]
        if response.status_code >= 400:
            check_problem(response)
        route = self.house.route_of(method, path)
        if route is None:
            return
        operation = document()["paths"][route.path_format][method.lower()]
        said = operation["responses"][str(response.status_code)]
        if response.status_code >= 400:
            examples = said["content"]["application/problem+json"]["examples"]
            assert response.json()["code"] in examples
        elif route.name == "ReceiveWebhook":
            return  # the words are those its provider wants to hear
        elif response.status_code == 304 or route.response_model is None:
            assert response.content == b""
        else:
            assert isinstance(route.response_model, type)
            assert issubclass(route.response_model, BaseModel)
            check_shape(response.content, route.response_model)


def check_problem(response: httpx2.Response) -> None:
    """RFC 9457, and the same facts in the body as around it."""
    assert response.headers["content-type"] == "application/problem+json"
    if not response.content:
        return  # HEAD
    found = Problem.model_validate_json(response.content, strict=True)
    assert found.status == response.status_code
    assert found.type == f"urn:holdfast:problem:{found.code}"
    assert found.request_id == response.headers["x-request-id"]
    assert found.instance == response.request.url.path
    assert found.errors is None or found.errors
    assert (found.status == 401) == (response.headers.get("www-authenticate") == "Bearer")


def check_shape(encoded: bytes, model: type[BaseModel]) -> None:
    """Exactly what is documented: nothing is missing, nothing is added, every type is right."""
    read = model.model_validate_json(encoded, strict=True)
    again: Json = read.model_dump(mode="json")
    assert again == httpx2.Response(200, content=encoded).json()
