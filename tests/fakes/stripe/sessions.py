"""Checkout Sessions: a page for one payment, whose intent appears when the buyer acts."""

from typing import Any

from tests.fakes.stripe.books import Thing
from tests.fakes.stripe.desk import Desk
from tests.fakes.stripe.errors import ApiError, invalid
from tests.fakes.stripe.intents import Intents, whole

_PARAMS = {
    "mode",
    "allowed_payment_method_types",
    "line_items",
    "adaptive_pricing",
    "client_reference_id",
    "metadata",
    "payment_intent_data",
    "success_url",
    "cancel_url",
    "expires_at",
}


class Sessions:
    def __init__(self, desk: Desk, intents: Intents) -> None:
        self._desk = desk
        self._intents = intents

    def create(self, params: dict[str, Any]) -> Thing:
        for name in params.keys() - _PARAMS:
            raise invalid(name, "parameter_unknown")
        (item,) = params["line_items"]
        ends = int(params.get("expires_at", self._desk.now + 86400))
        if not self._desk.now + 1800 <= ends <= self._desk.now + 86400:
            raise invalid("expires_at")
        session = self._desk.add(
            "checkout.session",
            "cs_test",
            status="open",
            payment_status="unpaid",
            payment_intent=None,
            amount_total=whole(item["price_data"], "unit_amount") * whole(item, "quantity"),
            currency=item["price_data"]["currency"],
            metadata=params.get("metadata", {}),
            client_reference_id=params.get("client_reference_id"),
            success_url=params["success_url"],
            expires_at=ends,
        )
        session["url"] = f"https://checkout.test/c/pay/{session['id']}"
        session["data"] = params["payment_intent_data"]
        return session

    def get(self, id: str) -> Thing:
        session = self._desk.get("checkout.session", id)
        if session["status"] == "open" and session["expires_at"] <= self._desk.now:
            self._end(session)
        return session

    def expire(self, id: str) -> Thing:
        session = self.get(id)
        if session["status"] != "open":
            raise ApiError(400, "checkout_session_not_open")
        return self._end(session)

    def _end(self, session: Thing) -> Thing:
        session.update(status="expired", url=None)
        if session["payment_intent"]:
            self._intents.forget(self._intents.get(session["payment_intent"]))
        self._desk.announce("checkout.session.expired", _shown(session))
        return session

    def pay(self, id: str) -> Thing:
        """The buyer fills in a good card."""
        session = self._open(id)
        session.update(status="complete", url=None)
        intent = self._intents.pay(session["payment_intent"])
        self._desk.announce("checkout.session.completed", _shown(session))
        return intent

    def decline(self, id: str) -> Thing:
        return self._intents.decline(self._open(id)["payment_intent"])

    def _open(self, id: str) -> Thing:
        session = self.get(id)
        if session["status"] != "open":
            raise ApiError(400, "checkout_session_not_open")
        if session["payment_intent"] is None:
            intent = self._intents.make(
                amount=session["amount_total"], currency=session["currency"], **session["data"]
            )
            session["payment_intent"] = intent["id"]
        return session


def _shown(session: Thing) -> Thing:
    return {name: value for name, value in session.items() if name != "data"}
