"""A server that answers some of the operations: the others are unknown there."""

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from application.errors import TokenMissing
from application.served import operations_of
from application.services import Service
from grpc_app.clients.client import HoldfastClient
from grpc_app.generated.holdfast.v1.hold_pb2 import GetHoldRequest
from grpc_app.generated.holdfast.v1.order_pb2 import GetOrderRequest
from grpc_app.server import GrpcConfig, GrpcServer, offered
from shared.errors import OperationUnknown
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import IDS, World


async def ready() -> bool:
    return True


async def test_others_are_unknown_there() -> None:
    application = World(MemoryHarness()).application
    served = operations_of(application, [Service.CATALOG])
    server = GrpcServer(application, GrpcConfig(port=0, operations=served), ready=ready)
    await server.start()
    client = HoldfastClient(server.address)
    try:
        with pytest.raises(TokenMissing):
            await client.holds.GetHold(GetHoldRequest(hold_id=str(IDS.uuid())))
        with pytest.raises(OperationUnknown):
            await client.orders.GetOrder(GetOrderRequest(order_id=str(IDS.uuid())))
        async with grpc.aio.insecure_channel(server.address) as channel:
            check: grpc.aio.UnaryUnaryMultiCallable[HealthCheckRequest, HealthCheckResponse]
            check = channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                request_serializer=HealthCheckRequest.SerializeToString,
                response_deserializer=HealthCheckResponse.FromString,
            )
            found = await check(HealthCheckRequest(service="holdfast.v1.HoldService"))
            assert found.status == HealthCheckResponse.SERVING
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await check(HealthCheckRequest(service="holdfast.v1.OrderService"))
            assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    finally:
        await client.close()
        await server.stop(0)


def test_what_is_offered() -> None:
    assert offered(frozenset({"GetHold"})) == ("holdfast.v1.HoldService",)
    assert offered(frozenset()) == ()
    assert len(offered(None)) > 10
