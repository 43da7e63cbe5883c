"""The fake's own ledger: what is promised by payers, and every line of the balance."""

from collections import Counter
from typing import Any

Thing = dict[str, Any]
"""An object as Stripe writes it."""


class Books:
    """`fees` is what the provider keeps of a line of a category."""

    def __init__(self) -> None:
        self.fees: dict[str, int] = {}
        self.lines: list[Thing] = []
        self._promised: Counter[str] = Counter()

    def promise(self, intent: Thing) -> None:
        self._promised[intent["id"]] = intent["amount"]

    def release(self, intent: Thing) -> None:
        del self._promised[intent["id"]]

    def enter(self, category: str, source: Thing, amount: int, *, id: str, at: int) -> Thing:
        """`amount` is positive for what comes in."""
        fee = self.fees.get(category, 0)
        line = {
            "id": id,
            "object": "balance_transaction",
            "amount": amount,
            "currency": source["currency"],
            "created": at,
            "fee": fee,
            "net": amount - fee,
            "reporting_category": category,
            "type": "adjustment" if category.startswith("dispute") else category,
            "status": "pending",
            "source": source["id"],
        }
        self.lines.append(line)
        return line

    @property
    def promised(self) -> int:
        return self._promised.total()

    @property
    def taken(self) -> int:
        """What came in and did not go out again, before fees."""
        return sum(line["amount"] for line in self.lines)
