"""Organizers."""

from application.app import OrganizerOperations
from grpc_app.generated.holdfast.v1 import organizer_pb2 as wire
from grpc_app.generated.holdfast.v1.organizer_pb2_grpc import OrganizerServiceServicer
from grpc_app.mapping import organizer as mapping
from grpc_app.mapping import reconciliation
from grpc_app.perform import perform


class OrganizerServicer(OrganizerServiceServicer):
    def __init__(self, organizers: OrganizerOperations) -> None:
        self._organizers = organizers

    async def CreateOrganizer(
        self, request: wire.CreateOrganizerRequest, context: object
    ) -> wire.Organizer:
        return mapping.organizer(
            await perform(self._organizers.create, mapping.create_organizer, request)
        )

    async def GetOrganizer(
        self, request: wire.GetOrganizerRequest, context: object
    ) -> wire.Organizer:
        return mapping.organizer(
            await perform(self._organizers.get, mapping.get_organizer, request)
        )

    async def ListOrganizers(
        self, request: wire.ListOrganizersRequest, context: object
    ) -> wire.ListOrganizersResponse:
        return mapping.own_organizers(
            await perform(self._organizers.list, mapping.list_organizers, request)
        )

    async def GetReconciliation(
        self, request: wire.GetReconciliationRequest, context: object
    ) -> wire.Reconciliation:
        return reconciliation.reconciliation(
            await perform(
                self._organizers.get_reconciliation, reconciliation.get_reconciliation, request
            )
        )
