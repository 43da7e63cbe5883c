"""Organizers."""

from application.organizer.create_organizer import CreateOrganizer
from application.organizer.get_organizer import GetOrganizer
from application.views.organizer import OrganizerView
from grpc_app.generated.holdfast.v1.organizer_pb2 import (
    CreateOrganizerRequest,
    GetOrganizerRequest,
    Organizer,
)
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import timestamp
from shared.ids import OrganizerId


def create_organizer(request: CreateOrganizerRequest) -> CreateOrganizer:
    shape = Shape(request)
    return shape.done(CreateOrganizer(name=shape.text("name"), slug=shape.text("slug")))


def get_organizer(request: GetOrganizerRequest) -> GetOrganizer:
    shape = Shape(request)
    return shape.done(GetOrganizer(organizer_id=OrganizerId(shape.uuid("organizer_id"))))


def organizer(view: OrganizerView) -> Organizer:
    return Organizer(
        id=str(view.id), name=view.name, slug=view.slug, created_at=timestamp(view.created_at)
    )
