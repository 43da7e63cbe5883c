"""PaymentIntents: what we ask for, and what the buyer and the bank do with them."""

from typing import Any

from tests.fakes.stripe.books import Thing
from tests.fakes.stripe.desk import Desk
from tests.fakes.stripe.errors import ApiError, invalid, unexpected_state

_OPEN = {"requires_payment_method", "requires_confirmation", "requires_action"}
_PARAMS = {
    "amount",
    "currency",
    "capture_method",
    "description",
    "metadata",
    "allowed_payment_method_types",
    "automatic_payment_methods",
}
_THREE_DECIMALS = {"bhd", "jod", "kwd", "omr", "tnd"}


def whole(params: dict[str, Any], name: str) -> int:
    try:
        return int(params[name])
    except (KeyError, ValueError) as error:
        raise invalid(name, "parameter_invalid_integer") from error


class Intents:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.uncapturable: dict[str, str] = {}
        """Intents whose bank will not keep its word, and the code it says so with."""

    def create(self, params: dict[str, Any]) -> Thing:
        for name in params.keys() - _PARAMS:
            raise invalid(name, f"{name}_no_longer_supported")
        if {"allowed_payment_method_types", "automatic_payment_methods"} <= params.keys():
            raise invalid("allowed_payment_method_types")
        return self.make(
            amount=whole(params, "amount"),
            currency=params.get("currency", ""),
            capture_method=params.get("capture_method", "automatic_async"),
            description=params.get("description"),
            metadata=params.get("metadata", {}),
        )

    def make(self, *, amount: int, currency: str, **fields: Any) -> Thing:
        if amount <= 0:
            raise invalid("amount", "amount_too_small")
        if len(currency) != 3 or not currency.islower():
            raise invalid("currency")
        if currency in _THREE_DECIMALS and amount % 10:
            raise invalid("amount", "parameter_invalid_integer")
        intent = self._desk.add(
            "payment_intent",
            "pi",
            amount=amount,
            currency=currency,
            status="requires_payment_method",
            amount_capturable=0,
            amount_received=0,
            last_payment_error=None,
            latest_charge=None,
            **fields,
        )
        intent["client_secret"] = f"{intent['id']}_secret_{self._desk.new_id('x')}"
        return intent

    def get(self, id: str) -> Thing:
        return self._desk.get("payment_intent", id)

    def capture(self, id: str, params: dict[str, Any]) -> Thing:
        intent = self.get(id)
        if intent["status"] != "requires_capture":
            raise unexpected_state()
        amount = whole(params, "amount_to_capture")
        if not 0 < amount <= intent["amount_capturable"]:
            raise ApiError(400, "amount_too_large", param="amount_to_capture")
        if id in self.uncapturable:
            raise ApiError(402, self.uncapturable[id], type="card_error")
        self._desk.books.release(intent)
        self._take(intent, amount)
        return intent

    def cancel(self, id: str) -> Thing:
        intent = self.get(id)
        of_session = any(
            session["payment_intent"] == id for session in self._desk.all("checkout.session")
        )
        if intent["status"] not in _OPEN | {"requires_capture"}:
            raise unexpected_state()
        if of_session and intent["status"] != "requires_capture":
            raise unexpected_state()
        return self.forget(intent)

    def forget(self, intent: Thing) -> Thing:
        if intent["status"] == "requires_capture":
            self._desk.books.release(intent)
        intent["status"] = "canceled"
        intent["amount_capturable"] = 0
        self._desk.announce("payment_intent.canceled", intent)
        return intent

    def pay(self, id: str) -> Thing:
        """The buyer confirms with a good card, or the bank's transfer arrives."""
        intent = self.get(id)
        if intent["status"] not in _OPEN | {"processing"}:
            raise unexpected_state()
        charge = self._desk.add(
            "charge",
            "ch",
            amount=intent["amount"],
            amount_captured=0,
            amount_refunded=0,
            currency=intent["currency"],
            payment_intent=id,
            metadata=dict(intent["metadata"]),
        )
        intent["latest_charge"] = charge["id"]
        intent["last_payment_error"] = None
        if intent["capture_method"] == "manual":
            intent["status"] = "requires_capture"
            intent["amount_capturable"] = intent["amount"]
            self._desk.books.promise(intent)
            self._desk.announce("payment_intent.amount_capturable_updated", intent)
        else:
            self._take(intent, intent["amount"])
        return intent

    def decline(self, id: str, code: str = "insufficient_funds") -> Thing:
        intent = self.get(id)
        if intent["status"] not in _OPEN | {"processing"}:
            raise unexpected_state()
        intent["status"] = "requires_payment_method"
        intent["last_payment_error"] = {
            "type": "card_error",
            "code": "card_declined",
            "decline_code": code,
        }
        self._desk.announce("payment_intent.payment_failed", intent)
        return intent

    def begin(self, id: str, status: str = "processing") -> Thing:
        """The bank takes its time, or asks the buyer something."""
        intent = self.get(id)
        if intent["status"] not in _OPEN:
            raise unexpected_state()
        intent["status"] = status
        self._desk.announce(f"payment_intent.{status}", intent)
        return intent

    def _take(self, intent: Thing, amount: int) -> None:
        intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
        charge = self._desk.get("charge", intent["latest_charge"])
        charge["amount_captured"] = amount
        self._desk.enter("charge", charge, amount)
        self._desk.announce("payment_intent.succeeded", intent)
