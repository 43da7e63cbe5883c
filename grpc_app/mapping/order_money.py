"""Refunds, payments confirmed by hand, and the books of orders."""

from application.order.confirm_payment import ConfirmPayment
from application.order.list_postings import ListPostings
from application.order.list_refunds import ListRefunds
from application.order.refund_order import RefundOrder
from application.views.page import Page
from application.views.posting import PostingView
from application.views.refund import RefundView
from grpc_app.generated.holdfast.v1 import order_pb2 as wire
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import maybe_text, money, timestamp
from shared.ids import OrderId, PaymentId, TicketId


def refund_order(request: wire.RefundOrderRequest) -> RefundOrder:
    """A list without anything in it cannot be told from one that was left out."""
    shape = Shape(request)
    order_id, amount = OrderId(shape.uuid("order_id")), shape.maybe_below("amount")
    return_stock = shape.maybe_flag("return_stock")
    return shape.done(
        RefundOrder(
            order_id=order_id,
            amount=(amount.integer("amount"), amount.text("currency")) if amount else None,
            ticket_ids=tuple(TicketId(each) for each in shape.uuids("ticket_ids")) or None,
            reason=shape.text("reason"),
            return_stock=return_stock is not False,
        )
    )


def list_refunds(request: wire.ListRefundsRequest) -> ListRefunds:
    shape = Shape(request)
    return shape.done(ListRefunds(order_id=OrderId(shape.uuid("order_id"))))


def confirm_payment(request: wire.ConfirmPaymentRequest) -> ConfirmPayment:
    shape = Shape(request)
    return shape.done(
        ConfirmPayment(
            order_id=OrderId(shape.uuid("order_id")),
            payment_id=PaymentId(shape.uuid("payment_id")),
            note=shape.maybe_text("note"),
        )
    )


def list_postings(request: wire.ListPostingsRequest) -> ListPostings:
    shape = Shape(request)
    return shape.done(ListPostings(order_id=OrderId(shape.uuid("order_id"))))


def refund(view: RefundView) -> wire.Refund:
    return wire.Refund(
        id=str(view.id),
        order_id=str(view.order_id),
        payment_id=str(view.payment_id),
        state=view.state,
        amount=money(view.amount),
        reason=view.reason,
        ticket_ids=[str(each) for each in view.ticket_ids],
        retry_of=maybe_text(view.retry_of),
        failure=view.failure,
        created_at=timestamp(view.created_at),
    )


def refunds(page: Page[RefundView]) -> wire.ListRefundsResponse:
    return wire.ListRefundsResponse(
        items=[refund(each) for each in page.items], next_page_token=page.next_page_token
    )


def postings(page: Page[PostingView]) -> wire.ListPostingsResponse:
    return wire.ListPostingsResponse(
        items=[_posting(each) for each in page.items], next_page_token=page.next_page_token
    )


def _posting(view: PostingView) -> wire.Posting:
    return wire.Posting(
        id=str(view.id),
        kind=view.kind,
        source_id=str(view.source_id),
        payment_id=str(view.payment_id),
        provider=view.provider,
        currency=view.currency,
        entries=[wire.Entry(account=each.account, amount=each.amount) for each in view.entries],
        occurred_at=timestamp(view.occurred_at),
    )
