"""Looks at every dispute that is not decided: that it was lost may never be told."""

from dataclasses import dataclass

from application.messages import Context, Priority
from application.payment.disputes import DisputeDesk
from application.ports.identity import Ids
from application.ports.payments import OutcomeUnknown
from application.ports.unit_of_work import Begin
from shared.ids import PaymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowDisputes:
    begin: Begin
    ids: Ids
    desk: DisputeDesk
    page: int = 100

    async def __call__(self) -> int:
        """Answers how many payments were looked at."""
        ctx = Context.system(self.ids.uuid(), priority=Priority.LIST)
        looked, after = 0, None
        while True:
            async with self.begin(ctx) as work:
                found = await work.disputes.undecided(after=after, limit=self.page)
            for payment_id in found:
                looked += await self._look(payment_id, ctx.request_id)
            if len(found) < self.page:
                return looked
            after = found[-1]

    async def _look(self, payment_id: PaymentId, request_id: str) -> bool:
        try:
            await self.desk.look(payment_id, request_id)
        except OutcomeUnknown:
            return False  # the next round looks again
        return True
