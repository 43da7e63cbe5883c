"""Goes on with every refund that is due, wherever it was left."""

from dataclasses import dataclass

from application.background.side_by_side import side_by_side
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

        async def finish(refund_id: RefundId) -> None:
            try:
                await self.process.advance(refund_id, request_id)
            except Exception:
                await self.process.postpone(refund_id, request_id)
                raise

        said = "refunds could not be finished"
        await side_by_side(due, finish, at_once=self.at_once, failed=said)
        return len(due)
