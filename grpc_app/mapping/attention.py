"""What needs attention."""

from application.attention.list_attention import ListAttention
from application.attention.resolve_attention import ResolveAttention
from application.views.attention import AttentionView
from application.views.page import Page
from domain.attention.attention import AttentionState, Choice
from grpc_app.generated.holdfast.v1 import attention_pb2 as wire
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import maybe_text, maybe_timestamp, timestamp
from shared.ids import AttentionId, OrganizerId


def list_attention(request: wire.ListAttentionRequest) -> ListAttention:
    shape = Shape(request)
    organizer_id = shape.maybe_uuid("organizer_id")
    return shape.done(
        ListAttention(
            organizer_id=None if organizer_id is None else OrganizerId(organizer_id),
            state=shape.maybe_choice("state", AttentionState),
            page_size=shape.maybe_integer("page_size"),
            page_token=shape.maybe_text("page_token"),
        )
    )


def resolve_attention(request: wire.ResolveAttentionRequest) -> ResolveAttention:
    shape = Shape(request)
    return shape.done(
        ResolveAttention(
            attention_id=AttentionId(shape.uuid("attention_id")),
            choice=shape.choice("choice", Choice),
            note=shape.maybe_text("note"),
        )
    )


def attention(view: AttentionView) -> wire.Attention:
    return wire.Attention(
        id=str(view.id),
        kind=view.kind,
        subject_id=str(view.subject_id),
        organizer_id=maybe_text(view.organizer_id),
        order_id=maybe_text(view.order_id),
        live=view.live,
        detail=view.detail,
        state=view.state,
        choices=view.choices,
        choice=view.choice,
        note=view.note,
        created_at=timestamp(view.created_at),
        resolved_at=maybe_timestamp(view.resolved_at),
    )


def attentions(page: Page[AttentionView]) -> wire.ListAttentionResponse:
    return wire.ListAttentionResponse(
        items=[attention(each) for each in page.items], next_page_token=page.next_page_token
    )
