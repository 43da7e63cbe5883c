"""The completer: goes on with every payment that is due, wherever it was left."""

from dataclasses import dataclass

from application.background.side_by_side import side_by_side
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

        async def finish(payment_id: PaymentId) -> None:
            try:
                await self.process.advance(payment_id, request_id)
            except Exception:
                await self.process.postpone(payment_id, request_id)
                raise

        said = "payments could not be finished"
        await side_by_side(due, finish, at_once=self.at_once, failed=said)
        return len(due)
