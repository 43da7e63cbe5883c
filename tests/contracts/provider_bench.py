"""A payment provider on the bench: what every adapter's exam needs of it, and ways to use it."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import TypeVar

import pytest

from application.ports.payments import Asked, Charge, OutcomeUnknown, Payments
from domain.order.payment import Observation, PaymentState
from domain.order.refund import RefundSeen, RefundState
from shared.ids import OrderId, PaymentId, RefundId
from shared.money import Money
from tests.contracts.world import IDS

T = TypeVar("T")

Webhook = tuple[bytes, Mapping[str, str]]
PAY_UNTIL = datetime(2030, 6, 1, tzinfo=UTC)
PATIENCE = 60.0


class RefundCourse(Enum):
    """What becomes of a refund."""

    AT_ONCE = auto()
    PENDING = auto()
    """Taken on first, and done later."""
    FAILS = auto()
    """Taken on first (or refused at once), and failed for good."""
    COMES_BACK = auto()
    """Done, and failed later: the payer's bank sent it back."""


class Bench(ABC):
    """A provider with its adapter under test, and the world around it.

    What a provider has not got, its bench says, and those parts of the exam are left out.
    """

    payments: Payments
    other_mode: Payments | None = None
    """The adapter of the same provider in the other mode, where there is one."""
    acting: str
    """A method that needs a human."""
    approved: PaymentState = PaymentState.AUTHORIZED
    """What it becomes when the human agrees: CAPTURED, where there are no promises."""
    promising: str | None = None
    """A method that is authorized at once, and can be captured."""
    declined: str | None = None
    """A method that fails at once."""
    currency: str = "EUR"
    tolerance: timedelta = timedelta(minutes=5)
    """How old a webhook may be."""
    signature_header: str | None = None
    """The lower-case name of the header that carries the signature, where it is one."""
    announces_promises: bool = True
    """Whether a webhook tells of promises and of what needs action."""
    keeps_answers: bool = True
    """Whether a repeated call hears the first answer, and not how things stand now."""
    checks_content: bool = True
    """Whether authorizing again with the same key and another amount is noticed."""
    cancels_questions: bool = True
    """Whether what waits for a human can be cancelled at any time."""
    captures_less: bool = True
    refund_courses: frozenset[RefundCourse] = frozenset({RefundCourse.AT_ONCE})
    shows_disputes: bool = False
    keeps_missed_events: bool = False

    @abstractmethod
    async def approve(self, seen: Observation) -> None:
        """A human does what the provider asks for."""

    @abstractmethod
    async def webhooks(self) -> Sequence[Webhook]:
        """Those the provider would send now, signed now."""

    @abstractmethod
    def pass_time(self, by: timedelta) -> None:
        """For the provider and the adapter."""

    @abstractmethod
    async def taken(self) -> int:
        """Minor units the provider has taken and not given back, by its own books."""

    @abstractmethod
    async def promised(self) -> int:
        """Minor units the provider has reserved at payers, by its own books."""

    def now(self) -> datetime:
        """The provider's clock."""
        return datetime.now(UTC)

    async def refunds_will(self, course: RefundCourse) -> None:
        """Refunds of payments that are made from now on take this course."""
        assert course in self.refund_courses

    async def refunds_end(self) -> None:
        """Time passes until whatever is to become of refunds has happened."""

    async def dispute(self, asked: Asked) -> None:
        """The payer's bank claims all of the payment back, and the provider withdraws it."""
        raise AssertionError("this provider shows no disputes")

    async def end_dispute(self, asked: Asked, *, won: bool) -> None:
        raise AssertionError("this provider shows no disputes")

    async def miss(self) -> int:
        """The provider gives up on every webhook it has not delivered; how many they were."""
        raise AssertionError("this provider keeps no list of them")

    def money(self, amount: int) -> Money:
        return Money(amount, self.currency)

    def charge(self, method: str | None = None, amount: int = 1250) -> Charge:
        payment_id = PaymentId(IDS.uuid())
        return Charge(
            payment_id=payment_id,
            order_id=OrderId(IDS.uuid()),
            number=f"HF-{payment_id.hex[-10:].upper()}",
            amount=self.money(amount),
            method=method or self.promising or self.acting,
            description="Order HF-1",
            pay_until=PAY_UNTIL,
            payer_address="203.0.113.7",
        )

    def asked(self, wanted: Charge, seen: Observation | None = None) -> Asked:
        return Asked(
            payment_id=wanted.payment_id,
            order_id=wanted.order_id,
            reference=seen.reference if seen else None,
            amount=wanted.amount,
            method=wanted.method,
            asked_at=self.now(),
            pay_until=wanted.pay_until,
        )

    async def promise(self, amount: int = 1250) -> Asked:
        """A payment that is authorized. Skips the test where there are none."""
        if self.promising is None and self.approved is not PaymentState.AUTHORIZED:
            pytest.skip("this provider takes money at once")
        return await self._agreed(amount, PaymentState.AUTHORIZED)

    async def take(self, amount: int = 1250) -> Asked:
        """A payment whose money was taken."""
        if self.promising is None and self.approved is PaymentState.CAPTURED:
            return await self._agreed(amount, PaymentState.CAPTURED)
        asked = await self.promise(amount)
        seen = await self.payments.capture(asked, amount=asked.amount, key=key("capture"))
        assert seen.state is PaymentState.CAPTURED
        return replace(asked, reference=seen.reference)

    async def _agreed(self, amount: int, state: PaymentState) -> Asked:
        wanted = self.charge(self.promising or self.acting, amount)
        seen = await self.payments.authorize(wanted, key=key("authorize"))
        if self.promising is None:
            await self.approve(seen)
            found = await self.payments.find(self.asked(wanted, seen))
            assert found is not None
            seen = found
        assert seen.state is state
        return self.asked(wanted, seen)

    async def refund(
        self, asked: Asked, amount: int, *, id: RefundId | None = None, key: str | None = None
    ) -> RefundSeen:
        id = id or RefundId(IDS.uuid())
        return await self.payments.refund(
            asked, refund_id=id, amount=self.money(amount), key=key or f"{id}-refund"
        )


def key(action: str) -> str:
    return f"{IDS.uuid()}-{action}"


async def insist(call: Callable[[], Awaitable[T]]) -> T:
    """The same call again while its outcome is unknown: another one with its key is under way."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return await call()
        except OutcomeUnknown:
            if time.monotonic() > until:
                raise
        await asyncio.sleep(0.01)


def outcome(seen: Observation) -> tuple[str, PaymentState, str | None]:
    """What must not differ, however one learns of it; pages and secrets are told once by some."""
    return seen.reference, seen.state, seen.failure


def succeeded(seen: RefundSeen) -> bool:
    return seen.state is RefundState.SUCCEEDED
