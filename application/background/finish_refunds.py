"""Goes on with every refund that is due, wherever it was left."""

import asyncio
from dataclasses import dataclass

from application.messages import Context, Priority
from application.payment.refunding import RefundProcess
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from shared.ids import RefundId


@dataclass(frozen=True, slots=True)
class FinishRefunds:
    begin: Begin
    ids: Ids
    process: RefundProcess
    limit: int
    at_once: int

    async def __call__(self) -> int:
        request_id = str(self.ids.uuid())
        async with self.begin(Context.system(request_id, priority=Priority.PAYMENT)) as work:
            due = await work.refunds.due(limit=self.limit)
        slots = asyncio.Semaphore(self.at_once)

        async def finish(refund_id: RefundId) -> None:
            async with slots:
                try:
                    await self.process.advance(refund_id, request_id)
                except Exception:
                    await self.process.postpone(refund_id, request_id)
                    raise

        outcomes = await asyncio.gather(
            *(finish(refund_id) for refund_id in due), return_exceptions=True
        )
        bugs = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        if bugs:
            raise ExceptionGroup("refunds could not be finished", bugs)
        return len(due)
