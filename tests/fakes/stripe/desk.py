"""What everything at the fake shares: time, names, the objects, its books and its events."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from tests.fakes.stripe.books import Books, Thing
from tests.fakes.stripe.errors import missing


class Desk:
    """`livemode` is what everything says of itself."""

    def __init__(self, clock: Callable[[], datetime], *, livemode: bool = False) -> None:
        self.clock = clock
        self.livemode = livemode
        self.things: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.books = Books()
        self._numbers = count(1)

    @property
    def now(self) -> int:
        return int(self.clock().timestamp())

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):024d}"

    def add(self, kind: str, prefix: str, **fields: Any) -> Thing:
        thing = {
            "id": self.new_id(prefix),
            "object": kind,
            "created": self.now,
            "livemode": self.livemode,
            **fields,
        }
        self.things[thing["id"]] = thing
        return thing

    def get(self, kind: str, id: str) -> Thing:
        thing = self.things.get(id)
        if thing is None or thing["object"] != kind:
            raise missing(kind)
        return thing

    def all(self, kind: str) -> list[Thing]:
        """Newest first."""
        found = [thing for thing in self.things.values() if thing["object"] == kind]
        return found[::-1]

    def enter(self, category: str, source: Thing, amount: int) -> Thing:
        return self.books.enter(category, source, amount, id=self.new_id("txn"), at=self.now)

    def announce(self, type: str, thing: Thing) -> None:
        """An event carries its object as it is then."""
        self.events.append(
            {
                "id": self.new_id("evt"),
                "object": "event",
                "type": type,
                "created": self.now,
                "livemode": self.livemode,
                "api_version": "2026-10-28.endive",
                "pending_webhooks": 1,
                "data": {"object": dict(thing)},
            }
        )
