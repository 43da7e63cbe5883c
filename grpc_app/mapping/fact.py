"""The log of facts."""

from google.protobuf.struct_pb2 import Struct

from application.fact.list_facts import ListFacts
from application.views.fact import FactView
from application.views.page import Page
from grpc_app.generated.holdfast.v1 import fact_pb2 as wire
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import timestamp
from shared.ids import OrganizerId


def list_facts(request: wire.ListFactsRequest) -> ListFacts:
    shape = Shape(request)
    return shape.done(
        ListFacts(
            organizer_id=OrganizerId(shape.uuid("organizer_id")),
            after=shape.maybe_text("after"),
            types=shape.texts("types"),
            page_size=shape.maybe_integer("page_size"),
        )
    )


def facts(page: Page[FactView]) -> wire.ListFactsResponse:
    return wire.ListFactsResponse(
        items=[_fact(each) for each in page.items], next_page_token=page.next_page_token
    )


def _fact(view: FactView) -> wire.Fact:
    data = Struct()
    data.update(dict(view.data))
    return wire.Fact(
        id=str(view.id),
        type=view.type,
        version=view.version,
        position=view.position,
        aggregate=view.aggregate,
        aggregate_id=str(view.aggregate_id),
        occurred_at=timestamp(view.occurred_at),
        live=view.live,
        data=data,
    )
