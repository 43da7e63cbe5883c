"""Holds."""

from application.hold.create_hold import CreateHold, WantedLine
from application.hold.extend_hold import ExtendHold
from application.hold.get_hold import GetHold
from application.hold.release_hold import ReleaseHold
from application.views.hold import HoldView
from grpc_app.generated.holdfast.v1.hold_pb2 import (
    CreateHoldRequest,
    ExtendHoldRequest,
    GetHoldRequest,
    Hold,
    ReleaseHoldRequest,
)
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import charge, line, money, timestamp
from shared.ids import EventId, HoldId, TicketTypeId


def create_hold(request: CreateHoldRequest) -> CreateHold:
    shape = Shape(request)
    return shape.done(
        CreateHold(
            event_id=EventId(shape.uuid("event_id")),
            lines=tuple(
                WantedLine(
                    ticket_type_id=TicketTypeId(each.uuid("ticket_type_id")),
                    quantity=each.integer("quantity"),
                )
                for each in shape.each("lines")
            ),
        )
    )


def get_hold(request: GetHoldRequest) -> GetHold:
    shape = Shape(request)
    return shape.done(GetHold(hold_id=HoldId(shape.uuid("hold_id"))))


def extend_hold(request: ExtendHoldRequest) -> ExtendHold:
    shape = Shape(request)
    return shape.done(ExtendHold(hold_id=HoldId(shape.uuid("hold_id"))))


def release_hold(request: ReleaseHoldRequest) -> ReleaseHold:
    shape = Shape(request)
    return shape.done(ReleaseHold(hold_id=HoldId(shape.uuid("hold_id"))))


def hold(view: HoldView) -> Hold:
    return Hold(
        id=str(view.id),
        event_id=str(view.event_id),
        state=view.state,
        lines=[line(each) for each in view.lines],
        charges=[charge(each) for each in view.charges],
        total=money(view.total),
        expires_at=timestamp(view.expires_at),
        created_at=timestamp(view.created_at),
    )
