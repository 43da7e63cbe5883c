"""The gRPC server: everything it offers, its limits, and its life from start to drain."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import grpc
from google.protobuf.descriptor import FileDescriptor
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from grpc_reflection.v1alpha import reflection

from application.app import Application
from grpc_app.access import CallLine
from grpc_app.generated.holdfast.v1 import (
    api_key_pb2,
    api_key_pb2_grpc,
    attention_pb2,
    attention_pb2_grpc,
    auth_pb2,
    auth_pb2_grpc,
    event_pb2,
    event_pb2_grpc,
    fact_pb2,
    fact_pb2_grpc,
    guest_pb2,
    guest_pb2_grpc,
    hold_pb2,
    hold_pb2_grpc,
    member_pb2,
    member_pb2_grpc,
    order_pb2,
    order_pb2_grpc,
    organizer_pb2,
    organizer_pb2_grpc,
    ticket_pb2,
    ticket_pb2_grpc,
    user_pb2,
    user_pb2_grpc,
    webhook_pb2,
    webhook_pb2_grpc,
)
from grpc_app.health import Health
from grpc_app.interceptors import Calls
from grpc_app.servicers.api_key import ApiKeyServicer
from grpc_app.servicers.attention import AttentionServicer
from grpc_app.servicers.auth import AuthServicer
from grpc_app.servicers.event import EventServicer
from grpc_app.servicers.fact import FactServicer
from grpc_app.servicers.guest import GuestServicer
from grpc_app.servicers.hold import HoldServicer
from grpc_app.servicers.member import MemberServicer
from grpc_app.servicers.order import OrderServicer
from grpc_app.servicers.organizer import OrganizerServicer
from grpc_app.servicers.ticket import TicketServicer
from grpc_app.servicers.user import UserServicer
from grpc_app.servicers.webhook import WebhookServicer
from shared.addresses import networks

PACKAGE = "holdfast.v1"
FILES: tuple[FileDescriptor, ...] = (
    auth_pb2.DESCRIPTOR,
    user_pb2.DESCRIPTOR,
    guest_pb2.DESCRIPTOR,
    organizer_pb2.DESCRIPTOR,
    member_pb2.DESCRIPTOR,
    api_key_pb2.DESCRIPTOR,
    event_pb2.DESCRIPTOR,
    hold_pb2.DESCRIPTOR,
    order_pb2.DESCRIPTOR,
    ticket_pb2.DESCRIPTOR,
    webhook_pb2.DESCRIPTOR,
    attention_pb2.DESCRIPTOR,
    fact_pb2.DESCRIPTOR,
)
SERVICES = tuple(service.full_name for file in FILES for service in file.services_by_name.values())
_HARD_LIMIT = 4
"""Times the largest message we take: up to there it is refused with a reason of ours; what is even
larger grpc itself refuses (RESOURCE_EXHAUSTED) without reading it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpcConfig:
    """Port 0 takes a free one. `reuse_port` lets several processes share the port."""

    host: str = "127.0.0.1"
    port: int = 50051
    max_message_bytes: int = 1024 * 1024
    reflection: bool = True
    reuse_port: bool = False
    max_streams_per_connection: int = 1024
    """Calls under way on one connection; further ones wait at the client."""
    max_calls: int = 8192
    """Calls under way in all; further ones are refused with RESOURCE_EXHAUSTED."""
    keepalive_seconds: float = 60
    """How often a silent connection is asked whether it is still there."""
    health_seconds: float = 2
    """How often readiness is asked for."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose x-forwarded-for is believed."""
    operations: frozenset[str] | None = None
    """The names of those that are answered here; None for all."""


class GrpcServer:
    """Started and stopped once, on the loop it is used on. Raises ValueError for a trusted proxy
    that is no network."""

    def __init__(
        self,
        application: Application,
        config: GrpcConfig,
        *,
        ready: Callable[[], Awaitable[bool]],
        line: CallLine | None = None,
    ) -> None:
        """`line` writes the line of a call; without, it goes through the log like any other."""
        self._config = config
        self._health = Health(offered(config.operations), ready, config.health_seconds)
        self._server = grpc.aio.server(
            interceptors=[
                Calls(PACKAGE, config.max_message_bytes, networks(config.trusted_proxies), line)
            ],
            options=server_options(config),
            maximum_concurrent_rpcs=config.max_calls,
        )
        self._add_services(application)
        self.port = config.port

    @property
    def address(self) -> str:
        """Where it listens; the port is the one that was bound."""
        return f"{_host(self._config.host)}:{self.port}"

    async def start(self) -> None:
        """Raises RuntimeError when the address cannot be bound."""
        self.port = self._server.add_insecure_port(self.address)
        await self._health.start()
        await self._server.start()

    async def stop(self, grace: float) -> None:
        """Says so to who watches its health, takes no new calls, and lets those under way finish;
        what is not done after `grace` seconds is cancelled."""
        await self._health.drain()
        await self._server.stop(grace)

    def _add_services(self, application: Application) -> None:
        server = cast(grpc.aio.Server, _Found(self._server, self._config.operations))
        auth_pb2_grpc.add_AuthServiceServicer_to_server(AuthServicer(application.auth), server)
        user_pb2_grpc.add_UserServiceServicer_to_server(UserServicer(application.users), server)
        guest_pb2_grpc.add_GuestServiceServicer_to_server(GuestServicer(application.guests), server)
        organizer_pb2_grpc.add_OrganizerServiceServicer_to_server(
            OrganizerServicer(application.organizers), server
        )
        member_pb2_grpc.add_MemberServiceServicer_to_server(
            MemberServicer(application.members), server
        )
        api_key_pb2_grpc.add_ApiKeyServiceServicer_to_server(
            ApiKeyServicer(application.api_keys), server
        )
        event_pb2_grpc.add_EventServiceServicer_to_server(EventServicer(application.events), server)
        hold_pb2_grpc.add_HoldServiceServicer_to_server(HoldServicer(application.holds), server)
        order_pb2_grpc.add_OrderServiceServicer_to_server(OrderServicer(application.orders), server)
        ticket_pb2_grpc.add_TicketServiceServicer_to_server(
            TicketServicer(application.tickets), server
        )
        attention_pb2_grpc.add_AttentionServiceServicer_to_server(
            AttentionServicer(application.attention), server
        )
        fact_pb2_grpc.add_FactServiceServicer_to_server(FactServicer(application.facts), server)
        webhook_pb2_grpc.add_WebhookServiceServicer_to_server(
            WebhookServicer(application.webhook_endpoints), server
        )
        add_HealthServicer_to_server(self._health, server)
        if self._config.reflection:
            health = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
            reflection.enable_server_reflection(
                (*offered(self._config.operations), health, reflection.SERVICE_NAME), server
            )


class _Found:
    """The server as generated code sees it. It offers each method twice: to be found by its name,
    and registered. Of those that are registered the server waits for each by itself, so that every
    call would cost as many futures as there are methods. Of our methods those alone are found whose
    operation is among the `served`."""

    def __init__(self, server: grpc.aio.Server, served: frozenset[str] | None) -> None:
        self._server = server
        self._served = served

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        if self._served is not None:
            handlers = [_Some(handler, self._served) for handler in handlers]
        self._server.add_generic_rpc_handlers(handlers)

    def add_registered_method_handlers(
        self, service: str, handlers: Mapping[str, "grpc.RpcMethodHandler[object, object]"]
    ) -> None:
        """They are found by their names."""


class _Some(grpc.GenericRpcHandler):
    """A handler that knows no other methods of ours than those of the operations `served`."""

    def __init__(self, handler: grpc.GenericRpcHandler, served: frozenset[str]) -> None:
        self._handler = handler
        self._served = served

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[object, object] | None":
        method = str(handler_call_details.method)
        if method.startswith(f"/{PACKAGE}.") and method.rpartition("/")[2] not in self._served:
            return None
        found: grpc.RpcMethodHandler[object, object] | None = self._handler.service(
            handler_call_details
        )
        return found


def offered(operations: frozenset[str] | None) -> tuple[str, ...]:
    """The services of ours with any of these operations; None for all."""
    return tuple(
        service.full_name
        for file in FILES
        for service in file.services_by_name.values()
        if operations is None or not operations.isdisjoint(service.methods_by_name)
    )


def server_options(config: GrpcConfig) -> tuple[tuple[str, int], ...]:
    keepalive = round(config.keepalive_seconds * 1000)
    return (
        ("grpc.so_reuseport", int(config.reuse_port)),
        ("grpc.max_receive_message_length", config.max_message_bytes * _HARD_LIMIT),
        ("grpc.max_concurrent_streams", config.max_streams_per_connection),
        ("grpc.keepalive_time_ms", keepalive),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        # Clients may ask us more often than the five minutes that grpc would allow them.
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    )


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
