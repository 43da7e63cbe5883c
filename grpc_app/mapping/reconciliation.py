"""The books of organizers."""

from application.organizer.get_reconciliation import GetReconciliation
from application.views.reconciliation import ReconciliationView, ReportView
from grpc_app.generated.holdfast.v1 import organizer_pb2 as wire
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import maybe_text, timestamp
from shared.ids import OrganizerId


def get_reconciliation(request: wire.GetReconciliationRequest) -> GetReconciliation:
    shape = Shape(request)
    return shape.done(GetReconciliation(organizer_id=OrganizerId(shape.uuid("organizer_id"))))


def reconciliation(view: ReconciliationView) -> wire.Reconciliation:
    return wire.Reconciliation(
        organizer_id=str(view.organizer_id),
        live=view.live,
        balances=[
            wire.Balance(
                currency=each.currency,
                provider=each.provider,
                disputed=each.disputed,
                organizer=each.organizer,
                tax=each.tax,
                platform=each.platform,
            )
            for each in view.balances
        ],
        totals=[
            wire.Total(currency=each.currency, kind=each.kind, amount=each.amount)
            for each in view.totals
        ],
        reports=[_report(each) for each in view.reports],
    )


def _report(view: ReportView) -> wire.Report:
    return wire.Report(
        id=str(view.id),
        provider=view.provider,
        since=timestamp(view.since),
        until=timestamp(view.until),
        compared=view.compared,
        discrepancies=[
            wire.Discrepancy(
                kind=each.kind,
                reference=each.reference,
                ours=each.ours,
                theirs=each.theirs,
                currency=each.currency,
                payment_id=maybe_text(each.payment_id),
                order_id=maybe_text(each.order_id),
            )
            for each in view.discrepancies
        ],
        created_at=timestamp(view.created_at),
    )
