"""Holds."""

from application.app import HoldOperations
from grpc_app.generated.holdfast.v1 import hold_pb2 as wire
from grpc_app.generated.holdfast.v1.hold_pb2_grpc import HoldServiceServicer
from grpc_app.mapping import hold as mapping
from grpc_app.perform import perform


class HoldServicer(HoldServiceServicer):
    def __init__(self, holds: HoldOperations) -> None:
        self._holds = holds

    async def CreateHold(self, request: wire.CreateHoldRequest, context: object) -> wire.Hold:
        return mapping.hold(await perform(self._holds.create, mapping.create_hold, request))

    async def GetHold(self, request: wire.GetHoldRequest, context: object) -> wire.Hold:
        return mapping.hold(await perform(self._holds.get, mapping.get_hold, request))

    async def ExtendHold(self, request: wire.ExtendHoldRequest, context: object) -> wire.Hold:
        return mapping.hold(await perform(self._holds.extend, mapping.extend_hold, request))

    async def ReleaseHold(self, request: wire.ReleaseHoldRequest, context: object) -> wire.Hold:
        return mapping.hold(await perform(self._holds.release, mapping.release_hold, request))
