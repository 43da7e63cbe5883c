"""Stripe as a whole: what it was asked, what buyers and banks did, and its books."""

import asyncio
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.stripe.books import Thing
from tests.fakes.stripe.desk import Desk
from tests.fakes.stripe.errors import ApiError
from tests.fakes.stripe.faults import Faults, no_faults
from tests.fakes.stripe.intents import Intents
from tests.fakes.stripe.keys import Keys
from tests.fakes.stripe.listing import page, search
from tests.fakes.stripe.refunds import Refunds
from tests.fakes.stripe.sessions import Sessions

Call = Callable[[dict[str, Any], str], Thing]
"""What an operation does with its parameters and the id in its path."""


class World:
    """`search_lag` is how long a new intent cannot be found by search.

    `calls` are the operations in the order they came, with their idempotency keys. Who is to hang
    does so until `closed`.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        livemode: bool = False,
        faults: Faults = no_faults,
        search_lag: timedelta = timedelta(),
    ) -> None:
        self.faults = faults
        self.calls: list[tuple[str, str | None]] = []
        self.closed = asyncio.Event()
        self.desk = Desk(clock, livemode=livemode)
        self.keys = Keys()
        self.intents = Intents(self.desk)
        self.sessions = Sessions(self.desk, self.intents)
        self.refunds = Refunds(self.desk, self.intents)
        self.search_lag = search_lag

    @property
    def promised(self) -> int:
        return self.desk.books.promised

    @property
    def taken(self) -> int:
        return self.desk.books.taken

    def pay(self, reference: str) -> None:
        """The buyer pays an intent, or on the page of a session."""
        if reference.startswith("cs_"):
            self.sessions.pay(reference)
        else:
            self.intents.pay(reference)

    def decline(self, reference: str) -> None:
        if reference.startswith("cs_"):
            self.sessions.decline(reference)
        else:
            self.intents.decline(reference)

    def call(self, operation: str, params: dict[str, Any], id: str) -> Thing:
        """A copy of what Stripe answers. Raises ApiError."""
        return deepcopy(self._calls[operation](params, id))

    @property
    def _calls(self) -> Mapping[str, Call]:
        return {
            "create": lambda params, _: self.intents.create(params),
            "retrieve": lambda _, id: self.intents.get(id),
            "confirm": lambda params, id: self._confirm(params, id),
            "capture": lambda params, id: self.intents.capture(id, params),
            "cancel": lambda _, id: self.intents.cancel(id),
            "search": lambda params, _: search(
                self.desk.all("payment_intent"),
                params,
                "/v1/payment_intents/search",
                indexed=int((self.desk.clock() - self.search_lag).timestamp()),
            ),
            "create_session": lambda params, _: self.sessions.create(params),
            "session": lambda params, id: self._session(params, id),
            "sessions": lambda params, _: page(
                self.desk.all("checkout.session"), params, "/v1/checkout/sessions"
            ),
            "expire": lambda _, id: self.sessions.expire(id),
            "refund": lambda params, _: self.refunds.create(params),
            "retrieve_refund": lambda _, id: self.refunds.get(id),
            "refunds": lambda params, _: self._of_intent("refund", params, "/v1/refunds"),
            "disputes": lambda params, _: self._of_intent("dispute", params, "/v1/disputes"),
            "lines": lambda params, _: self._lines(params),
            "events": lambda params, _: page(
                [each for each in self.desk.events[::-1] if _is_wanted(each, params)],
                params,
                "/v1/events",
            ),
        }

    def _confirm(self, params: dict[str, Any], id: str) -> Thing:
        if params.get("payment_method") == "pm_card_visa_chargeDeclined":
            self.intents.decline(id)
            raise ApiError(402, "card_declined", type="card_error")
        return self.intents.pay(id)

    def _session(self, params: dict[str, Any], id: str) -> Thing:
        session = self.sessions.get(id)
        if session["payment_intent"] and "payment_intent" in params.get("expand", []):
            return {**session, "payment_intent": self.intents.get(session["payment_intent"])}
        return session

    def _of_intent(self, kind: str, params: dict[str, Any], url: str) -> Thing:
        self.intents.get(params["payment_intent"])
        found = [
            thing
            for thing in self.desk.all(kind)
            if thing["payment_intent"] == params["payment_intent"]
        ]
        return page(found, params, url)

    def _lines(self, params: dict[str, Any]) -> Thing:
        lines = self.desk.books.lines[::-1]
        if "data.source" in params.get("expand", []):
            lines = [{**line, "source": self.desk.things[line["source"]]} for line in lines]
        return page(lines, params, "/v1/balance_transactions")


def _is_wanted(event: Thing, params: dict[str, Any]) -> bool:
    types = params.get("types", [])
    if len(types) > 20:
        raise ApiError(400, "parameter_invalid", param="types", kept=False)
    undelivered = params.get("delivery_success") != "false" or event["pending_webhooks"] > 0
    return undelivered and (not types or event["type"] in types)
