"""GetReconciliation: what an organizer's accounts hold, and how they compare with the books of the
payment providers."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.organizer.access import require_acting
from application.ports.unit_of_work import Begin
from application.views.reconciliation import ReconciliationView
from shared.ids import OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetReconciliation(Query[ReconciliationView]):
    organizer_id: OrganizerId


@dataclass(frozen=True, slots=True)
class GetReconciliationHandler:
    """Of real money, or with a test key of tests. Raises OrganizerNotFound (also for strangers to
    it), RoleMissing."""

    begin: Begin

    async def __call__(self, query: GetReconciliation, ctx: Context) -> ReconciliationView:
        organizer_id, live = query.organizer_id, ctx.actor.live
        require_acting(organizer_id, ctx)
        async with self.begin(ctx) as work:
            return ReconciliationView.of(
                organizer_id,
                live=live,
                balances=await work.ledger.balances(organizer_id, live=live),
                totals=await work.ledger.totals(organizer_id, live=live),
                reports=await work.reconciliations.latest(live=live),
            )
