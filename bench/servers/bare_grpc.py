"""The yardstick for gRPC: a unary call that reads what a hold's request says, and does nothing.

Run as a process: python -m bench.servers.bare_grpc PORT
"""

import asyncio
import sys
from datetime import UTC, datetime

import grpc
import uvloop

from grpc_app.generated.holdfast.v1 import hold_pb2, hold_pb2_grpc
from grpc_app.generated.holdfast.v1.money_pb2 import Money


class Empty(hold_pb2_grpc.HoldServiceServicer):
    """Answers every call with one and the same hold."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        price = Money(amount=2500, currency="EUR")
        event_id = "01936b2a-7c00-7a10-8000-000000000003"
        self._answer = hold_pb2.Hold(id=event_id, event_id=event_id, state="ACTIVE", total=price)
        self._answer.expires_at.FromDatetime(now)
        self._answer.created_at.FromDatetime(now)

    async def CreateHold(
        self, request: hold_pb2.CreateHoldRequest, context: object
    ) -> hold_pb2.Hold:
        return self._answer

    async def GetHold(self, request: hold_pb2.GetHoldRequest, context: object) -> hold_pb2.Hold:
        return self._answer

    async def ExtendHold(
        self, request: hold_pb2.ExtendHoldRequest, context: object
    ) -> hold_pb2.Hold:
        return self._answer

    async def ReleaseHold(
        self, request: hold_pb2.ReleaseHoldRequest, context: object
    ) -> hold_pb2.Hold:
        return self._answer


async def _serve(port: int) -> None:
    server = grpc.aio.server()
    hold_pb2_grpc.add_HoldServiceServicer_to_server(Empty(), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
