"""Acts on stored provider events: each says "look at this payment", and the provider is asked."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context, Priority
from application.payment.process import PaymentProcess
from application.ports.identity import Ids
from application.ports.inbox import ProviderEvent
from application.ports.unit_of_work import Begin


@dataclass(frozen=True, slots=True)
class ProcessInbox:
    """Events of one payment are one look at it, `at_once` payments at a time.

    An event of a payment we do not know (yet), or cannot go on with now, is tried again until it
    is `patience` old: it is a hint, and whatever is open is looked at anyway.
    """

    begin: Begin
    ids: Ids
    process: PaymentProcess
    limit: int
    at_once: int = 4
    pause: timedelta = timedelta(seconds=2)
    pause_after_failure: timedelta = timedelta(seconds=30)
    patience: timedelta = timedelta(hours=1)

    async def __call__(self) -> int:
        ctx = Context.system(self.ids.uuid(), priority=Priority.PAYMENT)
        async with self.begin(ctx) as work:
            waiting = await work.inbox.waiting(limit=self.limit)
        by_payment: defaultdict[tuple[str, str], list[ProviderEvent]] = defaultdict(list)
        for event in waiting:
            by_payment[event.provider, event.reference].append(event)
        slots = asyncio.Semaphore(self.at_once)

        async def process(events: Sequence[ProviderEvent]) -> None:
            async with slots:
                try:
                    await self._process(events, ctx)
                except Exception:
                    await self._postpone(events, self.pause_after_failure, ctx)
                    raise

        outcomes = await asyncio.gather(
            *(process(events) for events in by_payment.values()), return_exceptions=True
        )
        bugs = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        if bugs:
            raise ExceptionGroup("events could not be processed", bugs)
        return len(waiting)

    async def _process(self, events: Sequence[ProviderEvent], ctx: Context) -> None:
        async with self.begin(ctx) as work:
            payment = await work.payments.by_reference(events[0].provider, events[0].reference)
        if payment is None:
            await self._postpone(events, self.pause, ctx)
            return
        await self.process.advance(payment.id, ctx.request_id)
        async with self.begin(ctx) as work:
            for event in events:
                work.inbox.processed(event)
            await work.commit(None)

    async def _postpone(
        self, events: Sequence[ProviderEvent], pause: timedelta, ctx: Context
    ) -> None:
        async with self.begin(ctx) as work:
            now = await work.now()
            for event in events:
                if now - event.occurred_at > self.patience:
                    work.inbox.processed(event)
                else:
                    work.inbox.postpone(event, until=now + pause)
            await work.commit(None)
