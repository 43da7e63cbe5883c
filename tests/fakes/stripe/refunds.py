"""Refunds and disputes: money going back, willingly or not."""

from typing import Any

from tests.fakes.stripe.books import Thing
from tests.fakes.stripe.desk import Desk
from tests.fakes.stripe.errors import ApiError, unexpected_state
from tests.fakes.stripe.intents import Intents, whole


class Refunds:
    def __init__(self, desk: Desk, intents: Intents) -> None:
        self._desk = desk
        self._intents = intents
        self.first_status = "succeeded"
        """What a new refund is: "pending" for banks that take days."""

    def create(self, params: dict[str, Any]) -> Thing:
        intent = self._intents.get(params.get("payment_intent", ""))
        amount = whole(params, "amount")
        if intent["status"] != "succeeded":
            raise unexpected_state()
        charge = self._desk.get("charge", intent["latest_charge"])
        if any(each["charge"] == charge["id"] for each in self._taken_back()):
            raise ApiError(400, "charge_disputed")
        left = charge["amount_captured"] - charge["amount_refunded"]
        if left == 0:
            raise ApiError(400, "charge_already_refunded")
        if amount > left:
            # The real one says it in words only, and names the parameter.
            raise ApiError(400, param="amount")
        charge["amount_refunded"] += amount
        refund = self._desk.add(
            "refund",
            "re",
            amount=amount,
            currency=intent["currency"],
            charge=charge["id"],
            payment_intent=intent["id"],
            metadata=params.get("metadata", {}),
            status=self.first_status,
        )
        self._desk.enter("refund", refund, -amount)
        self._desk.announce("refund.created", refund)
        return refund

    def get(self, id: str) -> Thing:
        return self._desk.get("refund", id)

    def settle(self, id: str) -> None:
        refund = self.get(id)
        refund["status"] = "succeeded"
        self._desk.announce("refund.updated", refund)

    def fail(self, id: str, reason: str = "lost_or_stolen_card") -> None:
        """The payer's bank sends it back, maybe days after it succeeded."""
        refund = self.get(id)
        refund.update(status="failed", failure_reason=reason)
        self._desk.get("charge", refund["charge"])["amount_refunded"] -= refund["amount"]
        self._desk.enter("refund_failure", refund, refund["amount"])
        self._desk.announce("refund.failed", refund)

    def dispute(self, intent_id: str, *, inquiry: bool = False, amount: int | None = None) -> Thing:
        """The payer asks their bank for the money; it is taken at once, unless it only asks."""
        intent = self._intents.get(intent_id)
        dispute = self._desk.add(
            "dispute",
            "du",
            amount=amount or intent["amount_received"],
            currency=intent["currency"],
            charge=intent["latest_charge"],
            payment_intent=intent_id,
            reason="fraudulent",
            status="warning_needs_response" if inquiry else "needs_response",
            metadata={},
            balance_transactions=[],
        )
        if not inquiry:
            self._move(dispute, "dispute", -dispute["amount"])
        self._desk.announce("charge.dispute.created", dispute)
        return dispute

    def close(self, dispute_id: str, status: str) -> None:
        dispute = self._desk.get("dispute", dispute_id)
        dispute["status"] = status
        if status == "won":
            self._move(dispute, "dispute_reversal", dispute["amount"])
        self._desk.announce("charge.dispute.closed", dispute)

    def _taken_back(self) -> list[Thing]:
        disputes = self._desk.all("dispute")
        return [
            each for each in disputes if each["balance_transactions"] and each["status"] != "won"
        ]

    def _move(self, dispute: Thing, category: str, amount: int) -> None:
        dispute["balance_transactions"].append(self._desk.enter(category, dispute, amount))
