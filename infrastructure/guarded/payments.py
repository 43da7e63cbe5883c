"""Whatever the provider: no call lasts forever, and one that does not answer is left alone."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import stamina

from application.ports.inbox import ProviderEvent
from application.ports.observer import CallOutcome, PaymentObserver
from application.ports.payments import (
    Acknowledgement,
    Asked,
    CallRefused,
    Charge,
    DisputeSeen,
    Movement,
    OutcomeUnknown,
    Payments,
)
from domain.order.payment import Observation
from domain.order.refund import RefundSeen
from shared.breaker import Breaker
from shared.ids import RefundId
from shared.money import Money

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """In seconds. `call` is for one attempt, `budget` for all `attempts` of a call together: longer
    than one, and shorter than whoever pays will wait. A report (movements, missed events: there may
    be many pages of them) has `report` and one attempt. After `failures` attempts in a row without
    an answer the provider is asked once every `pause`."""

    call: float = 5.0
    budget: float = 12.0
    attempts: int = 3
    first_pause: float = 0.2
    report: float = 60.0
    failures: int = 5
    pause: float = 10.0

    def __post_init__(self) -> None:
        if self.call >= self.budget:
            raise ValueError("the budget of a call must be longer than one attempt")


class _NotAsked(OutcomeUnknown):
    """The provider is left alone: trying again at once is no help."""


def _may_help(error: Exception) -> bool:
    return isinstance(error, OutcomeUnknown) and not isinstance(error, _NotAsked)


class GuardedPayments(Payments):
    """Another adapter behind deadlines, retries and a breaker of its own.

    Every call of the port may be repeated: it asks, or it has a key and is sent with the same one.
    Only OutcomeUnknown is; refused and declined are answers. While the provider is left alone calls
    raise OutcomeUnknown at once, so that payments wait as for any lost answer, and no longer.
    """

    def __init__(
        self,
        payments: Payments,
        *,
        patience: Patience,
        observer: PaymentObserver,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._payments = payments
        self._patience = patience
        self._observer = observer
        self._clock = clock
        self._breaker = Breaker(
            failures=patience.failures,
            retry_seconds=patience.pause,
            clock=clock,
            changed=self._tell_availability,
        )
        observer.provider_available(payments.name, payments.live, True)

    @property
    def name(self) -> str:
        return self._payments.name

    @property
    def live(self) -> bool:
        return self._payments.live

    @property
    def account(self) -> str:
        return self._payments.account

    @property
    def methods(self) -> frozenset[str]:
        return self._payments.methods

    @property
    def default_method(self) -> str:
        return self._payments.default_method

    @property
    def keys_last(self) -> timedelta:
        return self._payments.keys_last

    @property
    def acknowledgement(self) -> Acknowledgement:
        return self._payments.acknowledgement

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        return await self._call("authorize", lambda: self._payments.authorize(charge, key=key))

    async def find(self, asked: Asked) -> Observation | None:
        return await self._call("find", lambda: self._payments.find(asked))

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        return await self._call(
            "capture", lambda: self._payments.capture(asked, amount=amount, key=key)
        )

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        return await self._call("cancel", lambda: self._payments.cancel(asked, key=key))

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        return await self._call(
            "refund",
            lambda: self._payments.refund(asked, refund_id=refund_id, amount=amount, key=key),
        )

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        return await self._call(
            "find_refund",
            lambda: self._payments.find_refund(asked, refund_id=refund_id, reference=reference),
        )

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        return await self._call("disputes", lambda: self._payments.disputes(asked))

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        return await self._attempt(
            "missed_events",
            lambda: self._payments.missed_events(since=since),
            self._patience.report,
        )

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement] | None:
        return await self._attempt(
            "movements",
            lambda: self._payments.movements(since=since, until=until),
            self._patience.report,
        )

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        return self._payments.verify(body, headers)

    async def _call(self, call: str, ask: Callable[[], Awaitable[R]]) -> R:
        """Until it is answered, for as long as there is patience: an attempt begins only where it
        can be made in full."""
        patience = self._patience
        async for attempt in stamina.retry_context(
            on=_may_help,
            attempts=patience.attempts,
            timeout=patience.budget - patience.call,
            wait_initial=patience.first_pause,
            wait_max=patience.first_pause * 4,
            wait_jitter=patience.first_pause,
        ):
            with attempt:
                return await self._attempt(call, ask, patience.call)
        raise RuntimeError("retries ended with neither an answer nor an error")

    async def _attempt(self, call: str, ask: Callable[[], Awaitable[R]], seconds: float) -> R:
        """One of them. Of one whose caller goes away meanwhile nothing is told: nobody knows what
        would have come."""
        era = self._breaker.admit()
        if era is None:
            self._tell(call, CallOutcome.NOT_ASKED, 0.0)
            raise _NotAsked(f"{self.name} did not answer lately and is left alone for a while")
        started = self._clock()

        def ended(outcome: CallOutcome) -> None:
            if outcome in (CallOutcome.UNKNOWN, CallOutcome.LATE):
                self._breaker.failed(era, outcome.value)
            elif outcome is not CallOutcome.BROKEN:
                self._breaker.succeeded(era)
            self._tell(call, outcome, self._clock() - started)

        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                answer = await ask()
        except CallRefused:
            ended(CallOutcome.REFUSED)
            raise
        except OutcomeUnknown:
            ended(CallOutcome.UNKNOWN)
            raise
        except Exception as error:
            if not deadline.expired():
                ended(CallOutcome.BROKEN)
                raise
            ended(CallOutcome.LATE)
            raise OutcomeUnknown(f"{self.name} gave no answer within {seconds:g} s") from error
        ended(CallOutcome.ANSWERED)
        return answer

    def _tell(self, call: str, outcome: CallOutcome, seconds: float) -> None:
        self._observer.provider_called(self.name, self.live, call, outcome, seconds)

    def _tell_availability(self, available: bool, why: str) -> None:
        self._observer.provider_available(self.name, self.live, available)
