"""Organizers."""

from application.organizer.create_organizer import CreateOrganizer
from application.organizer.get_organizer import GetOrganizer
from application.organizer.list_organizers import ListOrganizers
from application.views.organizer import OrganizerView, OwnOrganizerView
from application.views.page import Page
from grpc_app.generated.holdfast.v1 import organizer_pb2 as wire
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import timestamp
from shared.ids import OrganizerId


def create_organizer(request: wire.CreateOrganizerRequest) -> CreateOrganizer:
    shape = Shape(request)
    return shape.done(CreateOrganizer(name=shape.text("name"), slug=shape.text("slug")))


def get_organizer(request: wire.GetOrganizerRequest) -> GetOrganizer:
    shape = Shape(request)
    return shape.done(GetOrganizer(organizer_id=OrganizerId(shape.uuid("organizer_id"))))


def list_organizers(request: wire.ListOrganizersRequest) -> ListOrganizers:
    return ListOrganizers()


def organizer(view: OrganizerView) -> wire.Organizer:
    return wire.Organizer(
        id=str(view.id), name=view.name, slug=view.slug, created_at=timestamp(view.created_at)
    )


def own_organizer(view: OwnOrganizerView) -> wire.OwnOrganizer:
    return wire.OwnOrganizer(
        id=str(view.id),
        name=view.name,
        slug=view.slug,
        role=view.role,
        created_at=timestamp(view.created_at),
    )


def own_organizers(page: Page[OwnOrganizerView]) -> wire.ListOrganizersResponse:
    return wire.ListOrganizersResponse(
        items=[own_organizer(each) for each in page.items], next_page_token=page.next_page_token
    )
