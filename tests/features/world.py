"""One scenario: who has what, and what was answered last."""

import time
import uuid
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.faces.letters import Letters
from tests.faces.outcome import Face, Outcome, Plain, Refusal, Request, text
from tests.features.clock import Database
from tests.features.people import Person

PATIENCE = 60.0
"""Seconds until what happens in the background must have happened; normally it takes one, and what
was missed is looked for every 30."""

_BOOKS = """
SELECT coalesce(sum(ledger.amount) FILTER (WHERE kind = 'captured'), 0)
         - coalesce(sum(ledger.amount) FILTER (WHERE kind = 'refunded'), 0) AS kept,
       coalesce(sum(ledger.amount) FILTER (WHERE kind = 'authorized'), 0)
         - coalesce(sum(ledger.amount) FILTER (WHERE kind IN ('captured', 'released')), 0)
         AS reserved,
       coalesce(sum(ledger.amount) FILTER (WHERE kind = 'refunded'), 0) AS returned
  FROM simulator.ledger JOIN simulator.intents USING (reference)
 WHERE order_id = ANY($1)
"""

START = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as it was sent, to send it again."""

    who: str
    operation: str
    request: Request
    key: str | None
    outcome: Outcome


@dataclass(slots=True, kw_only=True)
class World:
    """`face` is the one the scenario goes through, `other` the one it does not.

    `past` are people as they were before something about them changed; `afterwards` puts right
    what would disturb other scenarios.
    """

    face: Face
    other: Face
    people: MutableMapping[str, Person]
    database: Database
    letters: Letters
    past: dict[str, Person] = field(default_factory=dict)
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    word: str = field(default_factory=lambda: f"Revue{uuid.uuid4().hex}")
    max_per_buyer: int | None = None
    offline_hours: int | None = None
    terms: dict[str, Plain] = field(default_factory=dict)
    """What an event that is planned says beside the usual."""
    pools: list[Plain] = field(default_factory=list)
    organizer_id: str = ""
    invitation_id: str = ""
    attention_id: str = ""
    houses: dict[str, str] = field(default_factory=dict)
    keys: dict[str, dict[str, Plain]] = field(default_factory=dict)
    event: Mapping[str, Plain] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    holds: dict[str, str] = field(default_factory=dict)
    orders: dict[str, list[str]] = field(default_factory=dict)
    found: list[dict[str, Plain]] = field(default_factory=list)
    crowd: list[Outcome] = field(default_factory=list)
    took: float = 0.0
    told: dict[str, list[Outcome]] = field(default_factory=dict)
    times: int = 0
    last: Sent | None = None
    before: Sent | None = None
    sent: dict[str, Sent] = field(default_factory=dict)
    refusal: Refusal | None = None

    @property
    def event_id(self) -> str:
        return text(self.event, "id")

    def does(
        self,
        who: str,
        operation: str,
        request: Request,
        *,
        face: Face | None = None,
        key: str | None = None,
        keyed: bool = False,
    ) -> Outcome:
        """Somebody does something. A refusal must be noticed by a later step (`refused`).

        `keyed`: with an idempotency key, a new one unless `key` is given.
        """
        self.nothing_unnoticed()
        if keyed and key is None:
            key = new_key()
        outcome = (face or self.face).call(operation, request, token=self.token(who), key=key)
        self.last = Sent(who=who, operation=operation, request=request, key=key, outcome=outcome)
        self.refusal = outcome.refusal
        if key is not None:
            self.sent[who] = self.last
        if outcome.refusal is None:
            self._note(who, operation, outcome.answer)
        return outcome

    def asks(self, who: str, operation: str, request: Request) -> Mapping[str, Plain]:
        """A look that must work; it is not what the scenario is about, so nothing is noted."""
        return self.face.call(operation, request, token=self.token(who)).ok()

    def all_at_once(self, calls: Sequence[tuple[str, str, Request, str]]) -> list[Outcome]:
        """(who, operation, request, key), all started together."""
        self.nothing_unnoticed()
        with ThreadPoolExecutor(len(calls)) as threads:
            pending = [
                threads.submit(self.face.call, operation, request, token=self.token(who), key=key)
                for who, operation, request, key in calls
            ]
            self.crowd = [call.result() for call in pending]
        return self.crowd

    def refused(self) -> Refusal:
        """The refusal of what was done last; noticed with this."""
        assert self.last is not None and self.last.outcome.refusal is not None, self.last
        self.refusal = None
        return self.last.outcome.refusal

    def nothing_unnoticed(self) -> None:
        assert self.refusal is None, f"nobody expected {self.refusal}"

    def token(self, who: str) -> str | None:
        return self.people[who].token if who in self.people else None

    def becomes(
        self,
        who: str,
        *,
        token: str | None = None,
        refresh: str | None = None,
        password: str | None = None,
    ) -> None:
        """Somebody has something new; the old is in `past`."""
        person = self.past[who] = self.people[who]
        self.people[who] = replace(
            person,
            token=person.token if token is None else token,
            refresh=person.refresh if refresh is None else refresh,
            password=person.password if password is None else password,
        )

    def address(self, name: str) -> str:
        """That of somebody who belongs to this scenario alone."""
        return f"{name.lower()}.{self.word.lower()}@example.org"

    def end(self) -> None:
        """Nothing of this scenario is left that others would meet."""
        for put_right in self.afterwards:
            put_right()
        if self.event:
            self.database.long_ago(self.event_id)
        self.nothing_unnoticed()

    def lines(self, wanted: Sequence[tuple[str, int]]) -> list[Plain]:
        return [
            {"ticket_type_id": self.types[name], "quantity": quantity} for name, quantity in wanted
        ]

    def order_of(self, who: str) -> str:
        """The latest one."""
        return self.orders[who][-1]

    def eventually(self, look: Callable[[], Plain], wanted: Plain) -> None:
        """What the background does is seen soon."""
        deadline = time.monotonic() + PATIENCE
        while (seen := look()) != wanted:
            assert time.monotonic() < deadline, f"still {seen}, not {wanted}"
            time.sleep(0.05)

    def books(self, who: str) -> tuple[int, int, int]:
        """The bank's own books of this person's orders: what it took and kept, what it still
        reserves, and what it gave back."""
        orders = [UUID(order) for order in self.orders.get(who, ())]
        [row] = self.database.fetch(_BOOKS, orders)
        return int(row["kept"]), int(row["reserved"]), int(row["returned"])

    def _note(self, who: str, operation: str, answer: Mapping[str, Plain]) -> None:
        if operation == "CreateHold":
            self.holds[who] = text(answer, "id")
        elif operation == "CreateOrder":
            self.orders.setdefault(who, []).append(text(answer, "id"))


def new_key() -> str:
    return uuid.uuid4().hex
