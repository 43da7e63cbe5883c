"""A provider that does what a test says, and remembers how it was asked."""

import asyncio
from datetime import UTC, datetime
from enum import Enum, auto

from application.ports.payments import Asked, CallRefused, Charge, OutcomeUnknown
from domain.order.payment import Observation, PaymentState
from infrastructure.offline.payments import OfflinePayments
from shared.ids import OrderId, PaymentId
from shared.money import Money
from tests.contracts.world import IDS

AT = datetime(2030, 1, 1, tzinfo=UTC)


class Mood(Enum):
    ANSWERS = auto()
    DECLINES = auto()
    LOSES = auto()
    HANGS = auto()
    REFUSES = auto()
    BREAKS = auto()
    TIMES_OUT = auto()
    """By an error of its own that means nothing to the port: a bug."""


class Moody(OfflinePayments):
    """Each call takes the next of its `moods`; the last one stays."""

    def __init__(self, *moods: Mood, live: bool = True) -> None:
        super().__init__(live=live)
        self.moods = list(moods) or [Mood.ANSWERS]
        self.keys: list[str] = []
        self.charges: list[Charge] = []
        self.asked = 0

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        self.keys.append(key)
        self.charges.append(charge)
        return await self._next()

    async def find(self, asked: Asked) -> Observation:
        return await self._next()

    async def movements(self, *, since: datetime, until: datetime) -> None:
        await self._next()

    async def _next(self) -> Observation:
        self.asked += 1
        state = PaymentState.AUTHORIZED
        match self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]:
            case Mood.DECLINES:
                state = PaymentState.FAILED
            case Mood.LOSES:
                raise OutcomeUnknown("the answer was lost")
            case Mood.HANGS:
                await asyncio.Event().wait()
            case Mood.REFUSES:
                raise CallRefused("a mistake of ours")
            case Mood.BREAKS:
                raise ZeroDivisionError("a bug")
            case Mood.TIMES_OUT:
                raise TimeoutError("of something inside")
        return Observation(reference="ref", state=state)


def charge() -> Charge:
    return Charge(
        payment_id=PaymentId(IDS.uuid()),
        order_id=OrderId(IDS.uuid()),
        number="HF-1",
        amount=Money(1250, "EUR"),
        method="invoice",
        description="Order HF-1",
        pay_until=AT,
    )


def asked() -> Asked:
    return Asked(
        payment_id=PaymentId(IDS.uuid()),
        order_id=OrderId(IDS.uuid()),
        reference="ref",
        amount=Money(1250, "EUR"),
        method="invoice",
        asked_at=AT,
    )
