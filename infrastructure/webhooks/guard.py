"""Where webhooks may go: told of an address by its looks, and of what a name leads to."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import httpx2

from infrastructure.webhooks.addresses import Address, is_public, meant
from shared.addresses import Network

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses that a name has now. Raises OSError."""

ANY_PORT = 0
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
"""Ends as numbers do: resolvers read 2130706433, 0x7f.1 and 0177.0.0.1 as addresses."""


class Refused(Exception):
    """Nobody may be told anything there."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """As the system does it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """`networks` may be reached although they are not public; of `ports`, ANY_PORT is every."""

    allow_http: bool
    networks: tuple[Network, ...]
    ports: frozenset[int]
    resolve: Resolve = resolve

    def objection(self, url: str) -> str | None:
        """What is wrong with it by its looks. Read by the parser of the client that will send, so
        that both mean the same by it."""
        try:
            parsed = httpx2.URL(url)
        except httpx2.InvalidURL:
            return "must be an absolute URL"
        if parsed.scheme != "https" and not (self.allow_http and parsed.scheme == "http"):
            return "must begin with https://"
        if parsed.userinfo:
            return "must not contain a user or password"
        if ANY_PORT not in self.ports and self.port_of(parsed) not in self.ports:
            allowed = ", ".join(map(str, sorted(self.ports)))
            return f"must be on one of the ports {allowed}"
        return self._objection_to(parsed.raw_host.decode("ascii"))

    @staticmethod
    def port_of(url: httpx2.URL) -> int:
        return url.port or (443 if url.scheme == "https" else 80)

    def allows(self, address: Address) -> bool:
        real = meant(address)
        return is_public(address) or any(real in network for network in self.networks)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """What may be connected to for this host: every address that it has at this moment.

        Raises Refused where a single one of them may not, OSError where it has none.
        """
        literal = _literal(host)
        texts = [str(literal)] if literal is not None else await self.resolve(host, port)
        if not texts:
            raise OSError("no address")
        for text in texts:
            address = _literal(text)
            if address is None or not self.allows(address):
                raise Refused(f"{host} leads to {text}")
        return texts

    def _objection_to(self, host: str) -> str | None:
        address = _literal(host)
        if address is not None:
            return None if self.allows(address) else "must not lead to a private address"
        if len(host) > 253 or not _NAME.fullmatch(host) or _NUMBER.fullmatch(host):
            return "must name a host in its usual writing"
        return None


def _literal(host: str) -> Address | None:
    """An address in its one usual writing; zones have no meaning elsewhere."""
    try:
        found = ip_address(host)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.scope_id is not None:
        return None
    return found
