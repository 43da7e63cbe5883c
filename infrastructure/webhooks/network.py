"""Connections that are made to the very address that was looked at."""

import ssl
from collections.abc import Iterable, Sequence

import httpcore2

from infrastructure.webhooks.guard import Guard, Refused

_MOST = 3
"""Addresses of a host that are tried."""


class NameUnknown(httpcore2.ConnectError):
    """The host has no address."""


class AddressRefused(httpcore2.ConnectError):
    """The host has an address that nobody may be told anything at."""


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Asks for a host's addresses once, looks at them, and connects to one of those: a name that
    means something else a moment later makes no difference. TLS is checked against the name."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._plain = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._checked(host, port)
        for position, address in enumerate(addresses, start=1):
            try:
                return await self._plain.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if position == len(addresses):
                    raise
        raise NameUnknown(host)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused("no sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            return (await self._guard.addresses(host, port))[:_MOST]
        except Refused as error:
            raise AddressRefused(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise NameUnknown(host) from error


def is_tls_failure(error: BaseException) -> bool:
    """Whether the other side could not show that it is who it should be."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
