"""Acts on stored provider events: each says "look at this payment", and the provider is asked."""

from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context
from application.payment.process import PaymentProcess
from application.ports.identity import Ids
from application.ports.inbox import ProviderEvent
from application.ports.unit_of_work import Begin


@dataclass(frozen=True, slots=True)
class ProcessInbox:
    """An event of a payment we do not know (yet) is tried again until it is `patience` old."""

    begin: Begin
    ids: Ids
    process: PaymentProcess
    limit: int
    pause: timedelta = timedelta(seconds=2)
    patience: timedelta = timedelta(hours=1)

    async def __call__(self) -> int:
        ctx = Context.system(self.ids.uuid())
        async with self.begin(ctx) as work:
            waiting = await work.inbox.waiting(limit=self.limit)
        for event in waiting:
            await self._process(event, ctx)
        return len(waiting)

    async def _process(self, event: ProviderEvent, ctx: Context) -> None:
        async with self.begin(ctx) as work:
            payment = await work.payments.by_reference(event.provider, event.reference)
        if payment is None:
            await self._postpone(event, ctx)
            return
        await self.process.advance(payment.id, ctx.request_id)
        async with self.begin(ctx) as work:
            work.inbox.processed(event)
            await work.commit(None)

    async def _postpone(self, event: ProviderEvent, ctx: Context) -> None:
        async with self.begin(ctx) as work:
            now = await work.now()
            if now - event.occurred_at > self.patience:
                work.inbox.processed(event)
            else:
                work.inbox.postpone(event, until=now + self.pause)
            await work.commit(None)
