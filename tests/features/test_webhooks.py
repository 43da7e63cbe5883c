"""An organizer is told, by the receiver that stands in docs/webhooks.md, word for word."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import TypeVar

import pytest

from core.addresses import bound
from tests.faces.outcome import Face, Plain, Request, get, items, text
from tests.features.clock import Database
from tests.features.people import Person
from tests.features.world import World

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
_PATIENCE = 60.0
T = TypeVar("T")


class Receiver:
    """The page's code, as a process that can be stopped and started again."""

    def __init__(self, folder: Path, port: int, secret: str) -> None:
        [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
        self._file = folder / "receiver.py"
        self._file.write_text(code)
        self._environment = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": secret}
        self._lines: Queue[str] = Queue()
        self._process: subprocess.Popen[str] | None = None

    def start(self, secret: str | None = None) -> None:
        if secret is not None:
            self._environment["WEBHOOK_SECRET"] = secret
        process = subprocess.Popen(
            [sys.executable, str(self._file)],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._process = process
        Thread(target=self._read, args=(process,), daemon=True).start()
        eventually(lambda: _listens(int(self._environment["PORT"])))

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def next(self, seconds: float = _PATIENCE) -> Mapping[str, Plain]:
        line = self._lines.get(timeout=seconds)
        assert line != "refused", "the signature did not fit"
        found = json.loads(line)
        assert isinstance(found, dict)
        return found

    def refuses(self) -> bool:
        return self._lines.get(timeout=_PATIENCE) == "refused"

    def hears_nothing(self) -> bool:
        try:
            self._lines.get(timeout=1.0)
        except Empty:
            return True
        return False

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self._lines.put(line.strip())


class Sale:
    """Olga's, and who buys there."""

    def __init__(self, face: Face, people: Mapping[str, Person]) -> None:
        self._face = face
        self._people = people
        slug = f"told-{uuid.uuid4().hex}"
        organizer = self.do("Olga", "CreateOrganizer", {"name": "House", "slug": slug})
        self.organizer_id = text(organizer, "id")
        starts = datetime.now(UTC) + timedelta(days=90)
        price: Plain = {"amount": 2500, "currency": "EUR"}
        wanted: Plain = {
            "name": "Standing",
            "price": price,
            "capacity": 50,
            "max_per_order": 4,
        }
        event = self.do(
            "Olga",
            "CreateEvent",
            {
                "organizer_id": self.organizer_id,
                "name": "Told",
                "description": "",
                "venue": "Hall",
                "timezone": "Europe/Berlin",
                "starts_at": starts.isoformat(),
                "ends_at": (starts + timedelta(hours=2)).isoformat(),
                "currency": "EUR",
                "ticket_types": [wanted],
            },
        )
        self._event_id = text(event, "id")
        self._type_id = text(event, "ticket_types", 0, "id")
        self.do("Olga", "PublishEvent", {"event_id": self._event_id})

    def do(self, who: str, operation: str, request: Request) -> Mapping[str, Plain]:
        keyless = operation.startswith(("List", "CreateWebhook", "RotateWebhook"))
        key = None if keyless else f"told-{uuid.uuid4().hex}"
        return self._face.call(operation, request, token=self._people[who].token, key=key).ok()

    def buy(self) -> str:
        """The id of the order, which is paid."""
        line: Plain = {"ticket_type_id": self._type_id, "quantity": 1}
        hold = self.do("Ada", "CreateHold", {"event_id": self._event_id, "lines": [line]})
        buyer: Plain = {"name": "Ada", "email": "ada@example.org"}
        checkout: Request = {"hold_id": text(hold, "id"), "buyer": buyer}
        order_id = text(self.do("Ada", "CreateOrder", checkout), "id")
        self.do("Ada", "PayOrder", {"order_id": order_id})
        return order_id

    def endpoint(self, endpoint_id: str) -> Mapping[str, Plain]:
        mine: Request = {"organizer_id": self.organizer_id}
        found = items(self.do("Olga", "ListWebhookEndpoints", mine), "items")
        [endpoint] = [each for each in found if get(each, "id") == endpoint_id]
        assert isinstance(endpoint, dict)
        return endpoint

    def delivery(self, endpoint_id: str, message_id: str) -> Mapping[str, Plain]:
        request: Request = {"webhook_endpoint_id": endpoint_id}
        found = items(self.do("Olga", "ListWebhookDeliveries", request), "items")
        for each in found:
            if get(each, "message_id") == message_id:
                assert isinstance(each, dict)
                return each
        return {}

    def latest(self, endpoint_id: str) -> Mapping[str, Plain]:
        request: Request = {"webhook_endpoint_id": endpoint_id}
        found = items(self.do("Olga", "ListWebhookDeliveries", request), "items")
        assert found and isinstance(found[0], dict)
        return found[0]


def eventually(look: Callable[[], T]) -> T:
    """The first answer that is true."""
    deadline = time.monotonic() + _PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return found


@pytest.fixture
def port() -> Iterator[int]:
    """Nobody else's, also while the receiver is away."""
    with bound("127.0.0.1", 0, face="Receiver", setting="PORT") as kept:
        yield int(kept.getsockname()[1])


@pytest.fixture
def sale(world: World, people: Mapping[str, Person]) -> Sale:
    return Sale(world.face, people)


@pytest.fixture
def endpoint(sale: Sale, port: int) -> Mapping[str, Plain]:
    return sale.do(
        "Olga",
        "CreateWebhookEndpoint",
        {
            "organizer_id": sale.organizer_id,
            "live": True,
            "url": f"http://127.0.0.1:{port}/told",
            "types": ["order.confirmed"],
        },
    )


@pytest.fixture
def receiver(tmp_path: Path, port: int, endpoint: Mapping[str, Plain]) -> Iterator[Receiver]:
    made = Receiver(tmp_path, port, text(endpoint, "secret"))
    yield made
    made.stop()


def test_an_organizer_is_told(
    sale: Sale,
    endpoint: Mapping[str, Plain],
    receiver: Receiver,
    faces: Mapping[str, Face],
    people: Mapping[str, Person],
) -> None:
    receiver.start()
    order_id = sale.buy()
    told = receiver.next()
    shown = faces["rest"].call("GetOrder", {"order_id": order_id}, token=people["Olga"].token)
    assert told["data"] == shown.ok()
    assert get(told, "data", "state") == "CONFIRMED"
    assert (told["type"], told["live"]) == ("order.confirmed", True)
    assert told["organizer_id"] == sale.organizer_id
    assert isinstance(told["position"], int)
    delivered = eventually(
        lambda: _in(sale.delivery(text(endpoint, "id"), text(told, "id")), "DELIVERED")
    )
    assert (delivered["attempts"], delivered["status"]) == (1, 204)
    assert receiver.hears_nothing(), "nothing else was asked for"


def test_secrets_change(
    sale: Sale, endpoint: Mapping[str, Plain], receiver: Receiver, database: Database
) -> None:
    """For a day both are good; then the old one is not."""
    request: Request = {"webhook_endpoint_id": text(endpoint, "id")}
    rotated = sale.do("Olga", "RotateWebhookSecret", request)
    receiver.start()
    for secret in (text(endpoint, "secret"), text(rotated, "secret")):
        receiver.stop()
        receiver.start(secret)
        sale.do("Olga", "SendTestWebhook", request)
        assert receiver.next()["type"] == "webhook.test"
    _shift(database, "webhook_endpoints", "old_secret_until", "id", text(endpoint, "id"), days=1)
    receiver.stop()
    receiver.start(text(endpoint, "secret"))
    sale.do("Olga", "SendTestWebhook", request)
    assert receiver.refuses()


def test_a_receiver_that_is_away(
    sale: Sale, endpoint: Mapping[str, Plain], receiver: Receiver, database: Database
) -> None:
    """It is tried again; given up after three days; and what it missed is replayed."""
    id = text(endpoint, "id")
    began = datetime.now(UTC) - timedelta(minutes=1)
    order_id = sale.buy()
    eventually(lambda: sale.endpoint(id)["state"] == "FAILING")
    waiting = sale.latest(id)
    assert (waiting["state"], waiting["error"]) == ("PENDING", "connect_failed")
    receiver.start()
    _shift(database, "webhook_deliveries", "next_attempt_at", "endpoint_id", id, days=1)
    told = receiver.next()
    assert get(told, "data", "id") == order_id and told["id"] == waiting["message_id"]
    eventually(lambda: sale.endpoint(id)["state"] == "ENABLED")

    receiver.stop()
    missed_id = sale.buy()
    eventually(lambda: sale.endpoint(id)["state"] == "FAILING")
    _shift(database, "webhook_endpoints", "failing_since", "id", id, days=3)
    _shift(database, "webhook_deliveries", "next_attempt_at", "endpoint_id", id, days=1)
    eventually(lambda: sale.endpoint(id)["state"] == "DISABLED")
    assert sale.endpoint(id)["disabled_by"] == "FAILURES"
    _shift(database, "webhook_deliveries", "next_attempt_at", "endpoint_id", id, days=1)
    given_up = eventually(lambda: _in(sale.latest(id), "FAILED"))
    assert given_up["error"] == "endpoint_disabled"

    receiver.start()
    sale.do("Olga", "UpdateWebhookEndpoint", {"webhook_endpoint_id": id, "enabled": True})
    failed: Request = {
        "webhook_endpoint_id": id,
        "since": began.isoformat(),
        "state": "FAILED",
    }
    assert sale.do("Olga", "ReplayWebhookDeliveries", failed) == {"replayed": 1}
    assert get(receiver.next(), "data", "id") == missed_id
    eventually(lambda: _in(sale.latest(id), "DELIVERED"))
    everything: Request = {"webhook_endpoint_id": id, "since": began.isoformat()}
    assert sale.do("Olga", "ReplayWebhookDeliveries", everything) == {"replayed": 2}
    again = {get(receiver.next(), "data", "id") for _ in range(2)}
    assert again == {order_id, missed_id}


def _in(delivery: Mapping[str, Plain], state: str) -> Mapping[str, Plain]:
    """The delivery in that state; nothing in another."""
    return delivery if delivery.get("state") == state else {}


def _shift(database: Database, table: str, column: str, key: str, value: str, *, days: int) -> None:
    sql = f"UPDATE {table} SET {column} = {column} - $2::interval WHERE {key} = $1"
    database.fetch(sql, uuid.UUID(value), timedelta(days=days))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
