"""One of every view of the log, with nothing left at its default."""

from application.views.fact import FactView
from tests.grpc_app.sampled import AT, ORDER_ID, uuid

FACT = FactView(
    id=uuid(20),
    type="ticket.voided",
    version=3,
    position=2**40,
    aggregate="ticket",
    aggregate_id=uuid(9),
    occurred_at=AT,
    live=True,
    data={"order_id": str(ORDER_ID), "returned": True, "fields": ["name"]},
)
