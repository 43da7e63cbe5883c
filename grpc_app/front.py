"""One address for several services: gRPC. Messages pass through as bytes; metadata, answers and
refusals are those of the service that was asked."""

from __future__ import annotations  # grpc's generics are so for type checkers only

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import grpc
import structlog
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

from grpc_app.context import FORWARDED, REQUEST_ID, Metadata, context_of
from grpc_app.errors import status_of
from grpc_app.health import Health
from grpc_app.server import FILES, PACKAGE, SERVICES, GrpcConfig, server_options
from shared.addresses import networks
from shared.errors import ServiceUnavailable

_log = structlog.get_logger("holdfast.front")
_Rpc = grpc.aio.ServicerContext

_DETAILS = "grpc-status-details-bin"
_OURS = frozenset(("user-agent", "te", "content-type", FORWARDED))
"""What belongs to one connection, or is said anew; like everything of grpc's own (`grpc-…`)."""
_OPTIONS = (
    ("grpc.use_local_subchannel_pool", 1),  # else all channels would share one connection
    ("grpc.max_receive_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
_STREAMS = frozenset(
    f"/{service.full_name}/{method.name}"
    for file in FILES
    for service in file.services_by_name.values()
    for method in service.methods
    if method.server_streaming
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpcUpstream:
    """A service: where it listens, and the names of the operations it answers."""

    name: str
    target: str
    operations: frozenset[str] = field(compare=False)


class GrpcFront:
    """Started and stopped once, on the loop it is used on."""

    def __init__(
        self, upstreams: Sequence[GrpcUpstream], config: GrpcConfig, *, connections: int = 2
    ) -> None:
        self._config = config
        self._channels = {
            each.name: [
                grpc.aio.insecure_channel(each.target, options=_OPTIONS) for _ in range(connections)
            ]
            for each in upstreams
        }
        self._health = Health(SERVICES, self._ready, config.health_seconds)
        self._server = grpc.aio.server(
            options=server_options(config), maximum_concurrent_rpcs=config.max_calls
        )
        self._server.add_generic_rpc_handlers((_Forward(upstreams, self._channels, config),))
        add_HealthServicer_to_server(self._health, self._server)
        if config.reflection:
            health = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
            reflection.enable_server_reflection(
                (*SERVICES, health, reflection.SERVICE_NAME), self._server
            )
        self.port = config.port

    @property
    def address(self) -> str:
        host = self._config.host
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    async def start(self) -> None:
        """Raises RuntimeError when the address cannot be bound."""
        self.port = self._server.add_insecure_port(self.address)
        await self._health.start()
        await self._server.start()

    async def stop(self, grace: float) -> None:
        """As GrpcServer does."""
        await self._health.drain()
        await self._server.stop(grace)
        for channels in self._channels.values():
            for channel in channels:
                await channel.close()

    async def _ready(self) -> bool:
        """Whether all of them are."""
        asked = [
            _check(channels[0])(health_pb2.HealthCheckRequest(), timeout=2)
            for channels in self._channels.values()
        ]
        try:
            answers = await asyncio.gather(*asked)
        except grpc.aio.AioRpcError:
            return False
        return all(each.status == health_pb2.HealthCheckResponse.SERVING for each in answers)


class _Forward(grpc.GenericRpcHandler):
    """Finds the service by the name of the operation; what nobody answers, the first refuses."""

    def __init__(
        self,
        upstreams: Sequence[GrpcUpstream],
        channels: Mapping[str, Sequence[grpc.aio.Channel]],
        config: GrpcConfig,
    ) -> None:
        turns = {name: itertools.cycle(each) for name, each in channels.items()}
        self._first = turns[upstreams[0].name]
        self._turns = {name: turns[each.name] for each in upstreams for name in each.operations}
        self._trusted = networks(config.trusted_proxies)

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        method = str(handler_call_details.method)
        if method.startswith("/grpc."):
            return None
        if method in _STREAMS:
            return grpc.unary_stream_rpc_method_handler(self._stream(method))
        if method.startswith(f"/{PACKAGE}."):
            return grpc.unary_unary_rpc_method_handler(self._call(method))
        return grpc.stream_stream_rpc_method_handler(self._refused(method))

    def _channel(self, method: str) -> grpc.aio.Channel:
        return next(self._turns.get(method.rpartition("/")[2], self._first))

    def _call(self, method: str) -> Callable[[bytes, _Rpc[bytes, bytes]], Awaitable[bytes]]:
        async def call(data: bytes, rpc: _Rpc[bytes, bytes]) -> bytes:
            ask: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
            ask = self._channel(method).unary_unary(method)
            metadata = tuple(self._metadata(rpc))
            asked = ask(data, timeout=rpc.time_remaining(), metadata=metadata)
            try:
                answer = await asked
            except grpc.aio.AioRpcError as error:
                await _refuse(rpc, error)
            rpc.set_trailing_metadata(tuple(_passed(await asked.trailing_metadata())))
            return answer

        return call

    def _stream(self, method: str) -> Callable[[bytes, _Rpc[bytes, bytes]], Awaitable[None]]:
        async def call(data: bytes, rpc: _Rpc[bytes, bytes]) -> None:
            ask: grpc.aio.UnaryStreamMultiCallable[bytes, bytes]
            ask = self._channel(method).unary_stream(method)
            metadata = tuple(self._metadata(rpc))
            asked = ask(data, timeout=rpc.time_remaining(), metadata=metadata)
            try:
                if told := tuple(_passed(await asked.initial_metadata())):
                    await rpc.send_initial_metadata(told)
                async for message in asked:
                    await rpc.write(message)
            except grpc.aio.AioRpcError as error:
                await _refuse(rpc, error)
            except grpc.aio.InternalError as over:
                raise asyncio.CancelledError("the caller has left") from over
            finally:
                asked.cancel()  # does nothing to one that has ended
            rpc.set_trailing_metadata(tuple(_passed(await asked.trailing_metadata())))

        return call

    def _refused(self, method: str) -> Callable[[object, _Rpc[bytes, bytes]], Awaitable[None]]:
        """For what is none of ours, whatever kind it was meant to be."""

        async def call(requests: object, rpc: _Rpc[bytes, bytes]) -> None:
            ask: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
            ask = self._channel(method).unary_unary(method)
            metadata = tuple(self._metadata(rpc))
            try:
                await ask(b"", timeout=5, metadata=metadata)
            except grpc.aio.AioRpcError as error:
                await _refuse(rpc, error)

        return call

    def _metadata(self, rpc: _Rpc[bytes, bytes]) -> Iterator[tuple[str, str | bytes]]:
        """As it came; and the caller's address, which is ours to tell."""
        sent = tuple(rpc.invocation_metadata() or ())
        yield from _passed(sent)
        address = context_of(sent, rpc.peer(), self._trusted).address
        if address is not None:
            yield FORWARDED, address


def _check(
    channel: grpc.aio.Channel,
) -> grpc.aio.UnaryUnaryMultiCallable[
    health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse
]:
    return channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )


def _passed(pairs: Metadata) -> Iterator[tuple[str, str | bytes]]:
    for name, value in pairs:
        if name == _DETAILS or (name not in _OURS and not name.startswith("grpc-")):
            yield name, value


async def _refuse(rpc: _Rpc[bytes, bytes], error: grpc.aio.AioRpcError) -> NoReturn:
    """As it was refused there; what grpc itself says of a connection becomes a refusal of ours."""
    trailing = tuple(_passed(error.trailing_metadata() or ()))
    away = error.code() is grpc.StatusCode.UNAVAILABLE
    if away and all(name != _DETAILS for name, _ in trailing):
        request_id = context_of(tuple(rpc.invocation_metadata() or ())).request_id
        _log.warning("a service does not answer", problem=error.details(), request_id=request_id)
        status = rpc_status.to_status(status_of(ServiceUnavailable(retry_after=1), request_id))
        told = ((REQUEST_ID, request_id), *(status.trailing_metadata or ()))
        await rpc.abort(status.code, status.details, told)
    await rpc.abort(error.code(), error.details() or "", trailing)
