"""The completer: goes on with every payment that is due, wherever it was left."""

import asyncio
from dataclasses import dataclass

from application.messages import Context, Priority
from application.payment.process import PaymentProcess
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from shared.ids import PaymentId


@dataclass(frozen=True, slots=True)
class FinishPayments:
    begin: Begin
    ids: Ids
    process: PaymentProcess
    limit: int
    at_once: int

    async def __call__(self) -> int:
        request_id = str(self.ids.uuid())
        async with self.begin(Context.system(request_id, priority=Priority.PAYMENT)) as work:
            due = await work.payments.due(limit=self.limit)
        slots = asyncio.Semaphore(self.at_once)

        async def finish(payment_id: PaymentId) -> None:
            async with slots:
                try:
                    await self.process.advance(payment_id, request_id)
                except Exception:
                    await self.process.postpone(payment_id, request_id)
                    raise

        outcomes = await asyncio.gather(
            *(finish(payment_id) for payment_id in due), return_exceptions=True
        )
        bugs = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        if bugs:
            raise ExceptionGroup("payments could not be finished", bugs)
        return len(due)
