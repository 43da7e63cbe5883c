"""A provider with a ledger of its own that a test can also falsify."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from application.errors import WebhookInvalid
from application.ports.inbox import ProviderEvent
from application.ports.payments import (
    Acknowledgement,
    Asked,
    Charge,
    DisputeSeen,
    Movement,
    MovementKind,
    OutcomeUnknown,
    Payments,
)
from domain.order.dispute import DisputeState
from domain.order.payment import Observation, PaymentState
from domain.order.refund import RefundSeen, RefundState
from shared.ids import PaymentId, RefundId
from shared.money import Money

BANK = "bank"
FEE = 30


@dataclass(slots=True)
class Bank(Payments):
    """Takes money at once. `down`: it does not answer; `refusing`: what refunds fail with."""

    clock: Callable[[], datetime]
    live: bool = True
    name: str = BANK
    down: bool = False
    refusing: str | None = None
    ledger: list[Movement] = field(default_factory=list)
    claims: dict[PaymentId, list[DisputeSeen]] = field(default_factory=dict)
    missed: list[ProviderEvent] = field(default_factory=list)
    asked_since: list[datetime] = field(default_factory=list)
    refunds: dict[RefundId, RefundSeen] = field(default_factory=dict)

    methods = frozenset({"card"})
    default_method = "card"
    keys_last = timedelta(days=1)
    acknowledgement = Acknowledgement()

    shared: bool = False
    """Whether both modes have one account."""

    @property
    def account(self) -> str:
        return "both" if self.shared else f"{self.live}"

    def move(
        self,
        kind: MovementKind,
        reference: str,
        amount: int,
        *,
        at: datetime | None = None,
        currency: str = "EUR",
    ) -> Movement:
        movement = Movement(
            id=f"{self.name}-{len(self.ledger)}",
            kind=kind,
            reference=reference,
            amount=Money(amount, currency),
            occurred_at=at or self.clock(),
        )
        self.ledger.append(movement)
        return movement

    def claim(
        self,
        payment_id: PaymentId,
        amount: int,
        *,
        withdrawn: bool = True,
        state: DisputeState = DisputeState.OPEN,
        reference: str = "claim-1",
    ) -> None:
        """As the bank has it from now on; its ledger follows."""
        seen = DisputeSeen(
            reference=reference,
            amount=Money(amount, "EUR"),
            reason="fraudulent",
            state=state,
            withdrawn=withdrawn,
        )
        claims = self.claims.setdefault(payment_id, [])
        before = next((each for each in claims if each.reference == reference), None)
        if withdrawn and not (before and before.withdrawn):
            self.move(MovementKind.DISPUTE, str(payment_id), amount)
        if withdrawn and state is DisputeState.WON:
            self.move(MovementKind.DISPUTE_WON, str(payment_id), amount)
        if before is None:
            claims.append(seen)
        else:
            claims[claims.index(before)] = seen

    def grow_older(self, by: timedelta) -> None:
        self.ledger = [replace(each, occurred_at=each.occurred_at - by) for each in self.ledger]

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        self._answer()
        reference = str(charge.payment_id)
        self.move(MovementKind.CHARGE, reference, charge.amount.amount)
        self.move(MovementKind.FEE, reference, FEE)
        return Observation(reference=reference, state=PaymentState.CAPTURED)

    async def find(self, asked: Asked) -> Observation | None:
        raise AssertionError("its payments are taken at once")

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        raise AssertionError("its payments are taken at once")

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        raise AssertionError("its payments are taken at once")

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        self._answer()
        if self.refusing is not None:
            return RefundSeen(state=RefundState.FAILED, failure=self.refusing)
        if refund_id not in self.refunds:
            self.move(MovementKind.REFUND, str(asked.payment_id), amount.amount)
            self.refunds[refund_id] = RefundSeen(state=RefundState.SUCCEEDED, reference=key)
        return self.refunds[refund_id]

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        self._answer()
        return self.refunds.get(refund_id)

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        self._answer()
        return tuple(self.claims.get(asked.payment_id, ()))

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        self._answer()
        self.asked_since.append(since)
        return tuple(each for each in self.missed if each.occurred_at >= since)

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement]:
        self._answer()
        found = (each for each in self.ledger if since <= each.occurred_at < until)
        return sorted(found, key=lambda each: each.occurred_at)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        raise WebhookInvalid()

    def _answer(self) -> None:
        if self.down:
            raise OutcomeUnknown("the bank does not answer")
