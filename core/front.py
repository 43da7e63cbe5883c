"""The process in front of several services: callers know its address alone."""

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from api.front.app import RestFront, RestUpstream
from core.errors import StartError
from core.life import GRACE
from core.link import Upstream
from core.listening import listening
from core.settings import Settings
from grpc_app.front import GrpcFront, GrpcUpstream
from grpc_app.server import GrpcConfig
from shared.addresses import networks


@asynccontextmanager
async def fronting(
    settings: Settings,
    upstreams: Sequence[Upstream],
    listener: socket.socket,
    *,
    grpc_port: int,
    rest_url: str,
) -> AsyncIterator[str]:
    """Everything is passed on; answers the address of the gRPC face. Raises StartError."""
    trusted = tuple(map(str, settings.limits.trusted_proxies))
    rest = RestFront(
        [
            RestUpstream(name=each.name, host=each.host, port=each.rest_port, paths=each.paths)
            for each in upstreams
        ],
        networks(trusted),
    )
    grpc = GrpcFront(
        [
            GrpcUpstream(
                name=each.name,
                target=f"{each.host}:{each.grpc_port}",
                operations=frozenset(each.operations),
            )
            for each in upstreams
        ],
        GrpcConfig(
            host=settings.grpc.host,
            port=grpc_port,
            reuse_port=True,
            max_message_bytes=settings.grpc.max_message_bytes,
            reflection=settings.grpc.reflection,
            trusted_proxies=trusted,
        ),
    )
    try:
        await grpc.start()
    except RuntimeError as error:
        raise StartError(f"gRPC cannot listen on {grpc.address} ({error})") from error
    try:
        async with listening(rest, listener, rest_url, date=False):
            yield grpc.address
    finally:
        await grpc.stop(grace=GRACE)
        await rest.close()
