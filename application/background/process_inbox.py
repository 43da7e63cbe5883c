"""Acts on stored provider events: each says "look at this payment", and the provider is asked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from application.background.side_by_side import side_by_side
from application.messages import Context, Priority
from application.payment.disputes import DisputeDesk
from application.payment.process import PaymentProcess
from application.payment.refunding import RefundProcess
from application.ports.identity import Ids
from application.ports.inbox import ProviderEvent, Topic
from application.ports.payments import OutcomeUnknown
from application.ports.unit_of_work import Begin, StaleWrite
from domain.order.payment import Payment


@dataclass(frozen=True, slots=True)
class ProcessInbox:
    """Events of one payment are one look at it, `at_once` payments at a time.

    An event of a payment we do not know (yet) is tried again until it is `patience` old: it is a
    hint, and whatever is open is looked at anyway. What cannot be gone on with now is tried for
    longer: of a dispute, or of a refund that came back, the hint may be all we hear.
    """

    begin: Begin
    ids: Ids
    process: PaymentProcess
    refunding: RefundProcess
    disputes: DisputeDesk
    limit: int
    at_once: int = 4
    pause: timedelta = timedelta(seconds=2)
    pause_after_failure: timedelta = timedelta(seconds=30)
    patience: timedelta = timedelta(hours=1)
    patience_after_failure: timedelta = timedelta(days=3)

    async def __call__(self) -> int:
        ctx = Context.system(self.ids.uuid(), priority=Priority.PAYMENT)
        async with self.begin(ctx) as work:
            waiting = await work.inbox.waiting(limit=self.limit)
        by_payment: defaultdict[tuple[str, object], list[ProviderEvent]] = defaultdict(list)
        for event in waiting:
            by_payment[event.provider, event.payment_id or event.reference].append(event)

        async def process(events: Sequence[ProviderEvent]) -> None:
            try:
                await self._process(events, ctx)
            except (OutcomeUnknown, StaleWrite):
                await self._postpone(events, ctx, failed=True)
            except Exception:
                await self._postpone(events, ctx, failed=True)
                raise

        said = "events could not be processed"
        await side_by_side(by_payment.values(), process, at_once=self.at_once, failed=said)
        return len(waiting)

    async def _process(self, events: Sequence[ProviderEvent], ctx: Context) -> None:
        payment = await self._payment_of(events[0], ctx)
        if payment is None:
            await self._postpone(events, ctx, failed=False)
            return
        topics = {event.topic for event in events}
        await self.process.advance(payment.id, ctx.request_id)
        if Topic.REFUND in topics:
            await self.refunding.look(payment.id, ctx.request_id)
        if Topic.DISPUTE in topics:
            await self.disputes.look(payment.id, ctx.request_id)
        async with self.begin(ctx) as work:
            for event in events:
                work.inbox.processed(event)
            await work.commit(None)

    async def _payment_of(self, event: ProviderEvent, ctx: Context) -> Payment | None:
        """Our id counts where the event tells it: it may come before the answer that says the
        reference. It must be a payment at that provider."""
        async with self.begin(ctx) as work:
            if event.payment_id is not None:
                payment = await work.payments.get(event.payment_id)
                return payment if payment and payment.provider == event.provider else None
            return await work.payments.by_reference(event.provider, event.reference)

    async def _postpone(
        self, events: Sequence[ProviderEvent], ctx: Context, *, failed: bool
    ) -> None:
        patience = self.patience_after_failure if failed else self.patience
        pause = self.pause_after_failure if failed else self.pause
        async with self.begin(ctx) as work:
            now = await work.now()
            for event in events:
                if now - event.occurred_at > patience:
                    work.inbox.processed(event)
                else:
                    work.inbox.postpone(event, until=now + pause)
            await work.commit(None)
