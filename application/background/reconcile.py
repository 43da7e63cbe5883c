"""Compares our ledger with every provider's own, in both directions, and reports each difference.

A window ends `settling` before now, so that what is just happening is not taken for a difference,
and both ledgers are read `overlap` further back. A provider that does not answer is compared next
time: its window goes on from where the last report ended.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from application.messages import Context, Priority
from application.payment.providers import Providers
from application.payment.reconciling import (
    Comparison,
    Difference,
    Owner,
    Window,
    compare,
    fee_source,
    named,
)
from application.ports.identity import Ids
from application.ports.inbox import ProviderEvent, Topic
from application.ports.money import Discrepancy, Reconciliation
from application.ports.observer import PaymentObserver
from application.ports.payments import Movement, MovementKind, OutcomeUnknown, Payments
from application.ports.unit_of_work import Begin, UnitOfWork
from domain.attention.attention import Attention, AttentionKind
from domain.ledger.booking import posted
from domain.ledger.disputes import provider_fee
from domain.ledger.posting import PostingKind
from shared.ids import AttentionId, OrganizerId, PostingId

_REPORTS = UUID("0b0e3c8e-2c3d-5d0e-8d57-1b0a4c1f7a55")
_FEES_AT_ONCE = 100
"""In one transaction."""
_TOPICS = {
    MovementKind.CHARGE: Topic.PAYMENT,
    MovementKind.REFUND: Topic.REFUND,
    MovementKind.REFUND_FAILED: Topic.REFUND,
    MovementKind.DISPUTE: Topic.DISPUTE,
    MovementKind.DISPUTE_WON: Topic.DISPUTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    begin: Begin
    ids: Ids
    providers: Providers
    observer: PaymentObserver
    least: timedelta = timedelta(minutes=30)
    """Shorter windows wait: another process has just reported."""
    first: timedelta = timedelta(days=1)
    """How far back a provider's first report begins."""
    settling: timedelta = timedelta(minutes=15)
    overlap: timedelta = timedelta(days=1)

    async def __call__(self) -> int:
        """Answers how many providers were compared."""
        done = 0
        for provider in self.providers.all():
            try:
                done += await self._reconcile(provider)
            except OutcomeUnknown:
                continue  # its window stays open, and is part of the next one
        return done

    async def _reconcile(self, provider: Payments) -> bool:
        ctx = Context.system(self.ids.uuid(), priority=Priority.LIST)
        async with self.begin(ctx) as work:
            now = await work.now()
            last = await work.reconciliations.last_until(provider.name, live=provider.live)
        until = now - self.settling
        # By the hour: processes that begin at the same time begin with the same window.
        since = last or (until - self.first).replace(minute=0, second=0, microsecond=0)
        if until - since < self.least:
            return False
        begin = since - self.overlap
        theirs = await provider.movements(since=begin, until=now)
        if theirs is None:
            return False
        if any(each.account == provider.account for each in self._of_other_mode(provider)):
            theirs = await self._of_this_mode(provider, theirs, ctx)
        async with self.begin(ctx) as work:
            ours = await work.ledger.booked(
                provider.name, live=provider.live, since=begin, until=await work.now()
            )
        window = Window(since=since, until=until, near=self.settling)
        comparison = compare(provider.name, theirs, ours, window)
        strange = await self._book_fees(provider, comparison.fees, ctx)
        await self._report(provider, window, comparison, strange, ctx)
        return True

    def _of_other_mode(self, provider: Payments) -> Sequence[Payments]:
        return [
            each
            for each in self.providers.all()
            if each.name == provider.name and each.live != provider.live
        ]

    async def _of_this_mode(
        self, provider: Payments, theirs: Sequence[Movement], ctx: Context
    ) -> Sequence[Movement]:
        """Without the money of the other mode, which is kept in the same account."""
        mine: dict[str, bool] = {}
        async with self.begin(ctx) as work:
            for reference in {each.reference for each in theirs}:
                payment = await work.payments.by_reference(provider.name, reference)
                order = await work.orders.get(payment.order_id) if payment else None
                mine[reference] = order is None or order.live == provider.live
        return [each for each in theirs if mine[each.reference]]

    async def _book_fees(
        self, provider: Payments, fees: Sequence[Movement], ctx: Context
    ) -> Sequence[Movement]:
        """Books them, each once for good; those of no payment of ours are answered."""
        strange: list[Movement] = []
        for start in range(0, len(fees), _FEES_AT_ONCE):
            async with self.begin(ctx) as work:
                for fee in fees[start : start + _FEES_AT_ONCE]:
                    if not await self._book_fee(work, provider, fee):
                        strange.append(fee)
                await work.commit(None)
        return strange

    async def _book_fee(self, work: UnitOfWork, provider: Payments, fee: Movement) -> bool:
        payment = await work.payments.by_reference(provider.name, fee.reference)
        order = await work.orders.get(payment.order_id) if payment else None
        if payment is None or order is None or order.live != provider.live:
            return False
        if not fee.amount.is_zero:
            work.ledger.post(
                posted(
                    order,
                    payment,
                    PostingKind.PROVIDER_FEE,
                    fee_source(provider.name, fee),
                    fee.amount.currency,
                    provider_fee(fee.amount.amount),
                    id=PostingId(self.ids.uuid()),
                    at=fee.occurred_at,
                )
            )
        return True

    async def _report(
        self,
        provider: Payments,
        window: Window,
        comparison: Comparison,
        strange: Sequence[Movement],
        ctx: Context,
    ) -> None:
        found = [
            *comparison.differences,
            *(Difference(theirs=fee, ours=None) for fee in strange if window.has(fee.occurred_at)),
        ]
        async with self.begin(ctx) as work:
            owners = await _owners(work, provider, found)
            now = await work.now()
            report = Reconciliation(
                id=self.ids.uuid(),
                provider=provider.name,
                live=provider.live,
                since=window.since,
                until=window.until,
                compared=comparison.compared,
                discrepancies=tuple(named(each, owners) for each in found),
                created_at=now,
            )
            work.reconciliations.add(report)
            self._ask(work, report)
            for each in found:
                _look_again(work, provider, each, owners, at=now)
            await work.commit(None)
        self.observer.reconciled(
            provider.name, provider.live, report.compared, len(report.discrepancies)
        )

    def _ask(self, work: UnitOfWork, report: Reconciliation) -> None:
        """Each organizer about its own; the operators about what is nobody's."""
        by_organizer: defaultdict[OrganizerId | None, list[Discrepancy]] = defaultdict(list)
        for found in report.discrepancies:
            by_organizer[found.organizer_id].append(found)
        for organizer_id, differences in by_organizer.items():
            work.attention.add(
                Attention.ask(
                    id=AttentionId(self.ids.uuid()),
                    kind=AttentionKind.LEDGERS_DIFFER,
                    subject_id=_subject(report, organizer_id),
                    organizer_id=organizer_id,
                    order_id=differences[0].order_id if len(differences) == 1 else None,
                    live=report.live,
                    detail=_told(report, differences),
                    at=report.created_at,
                )
            )


async def _owners(
    work: UnitOfWork, provider: Payments, found: Sequence[Difference]
) -> dict[str, Owner]:
    owners: dict[str, Owner] = {}
    for reference in {each.reference for each in found}:
        payment = await work.payments.by_reference(provider.name, reference)
        order = await work.orders.get(payment.order_id) if payment else None
        if payment is not None and order is not None and order.live == provider.live:
            owners[reference] = Owner(
                payment_id=payment.id, order_id=order.id, organizer_id=order.organizer_id
            )
    return owners


def _look_again(
    work: UnitOfWork,
    provider: Payments,
    found: Difference,
    owners: dict[str, Owner],
    *,
    at: datetime,
) -> None:
    """What the provider moved without our knowing is looked at, once for each movement: we may
    never have been told."""
    owner = owners.get(found.reference)
    if found.theirs is None or found.ours is not None or owner is None:
        return
    topic = _TOPICS.get(found.theirs.kind)
    if topic is not None:
        work.inbox.receive(
            ProviderEvent(
                provider=provider.name,
                topic=topic,
                payment_id=owner.payment_id,
                event_id=f"reconciled-{found.theirs.id}",
                type="look_again",
                reference=found.reference,
                occurred_at=at,
            )
        )


def _subject(report: Reconciliation, organizer_id: OrganizerId | None) -> UUID:
    """One for each organizer and window: two processes that report it ask once."""
    of = f"{report.provider}:{report.live}:{report.since.isoformat()}:{organizer_id or ''}"
    return uuid5(_REPORTS, of)


_TOLD = 5


def _told(report: Reconciliation, differences: Sequence[Discrepancy]) -> str:
    lines = [
        f"{each.kind} {each.reference}: ours {_amount(each.ours, each.currency)},"
        f" theirs {_amount(each.theirs, each.currency)}"
        for each in differences[:_TOLD]
    ]
    if len(differences) > _TOLD:
        lines.append(f"and {len(differences) - _TOLD} more")
    return (
        f"{len(differences)} differences with {report.provider} from {report.since:%Y-%m-%d %H:%M}"
        f" to {report.until:%Y-%m-%d %H:%M} UTC: {'; '.join(lines)}."
    )


def _amount(amount: int | None, currency: str) -> str:
    return "nothing" if amount is None else f"{amount} {currency}"
