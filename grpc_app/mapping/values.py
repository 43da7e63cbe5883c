"""Values that several messages share."""

from datetime import datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from application.views.hold import ChargeView, LineView
from application.views.money import MoneyView
from grpc_app.generated.holdfast.v1.hold_pb2 import Charge, Line
from grpc_app.generated.holdfast.v1.money_pb2 import Money


def timestamp(moment: datetime) -> Timestamp:
    """To the microsecond."""
    value = Timestamp()
    value.FromDatetime(moment)
    return value


def maybe_timestamp(moment: datetime | None) -> Timestamp | None:
    return None if moment is None else timestamp(moment)


def maybe_text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def money(view: MoneyView) -> Money:
    return Money(amount=view.amount, currency=view.currency)


def charge(view: ChargeView) -> Charge:
    return Charge(kind=view.kind, name=view.name, amount=money(view.amount), included=view.included)


def line(view: LineView) -> Line:
    return Line(
        ticket_type_id=str(view.ticket_type_id),
        quantity=view.quantity,
        unit_price=money(view.unit_price),
    )
