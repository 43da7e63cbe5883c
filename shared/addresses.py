"""Whose call it is, as far as addresses tell."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks in CIDR notation. Raises ValueError for anything else."""
    return tuple(ip_network(text) for text in texts)


def client_address(
    peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]
) -> str | None:
    """The caller's IP address in its shortest writing; None where it is not known.

    `peer` is the other end of the connection. Only where that is one of the `trusted` proxies
    `forwarded`, the values of X-Forwarded-For in their order, is believed, and of it no more than
    trusted proxies wrote: read from the right, the first address that is not a trusted proxy's
    is the caller's. What is no address there is no reason to believe what stands left of it.
    """
    if not forwarded or not trusted:
        return _shortest(peer)
    last = _address(peer)
    if last is None:
        return None
    for text in reversed([each for value in forwarded for each in value.split(",")]):
        if not _among(last, trusted):
            break
        found = _address(_without_port(text.strip()))
        if found is None:
            break
        last = found
    return str(last)


@lru_cache(maxsize=8192)
def _shortest(text: str | None) -> str | None:
    found = _address(text)
    return None if found is None else str(found)


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    """An IPv4 address that came as IPv6 is the IPv4 address; zones are cut off."""
    if text is None:
        return None
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def _without_port(text: str) -> str:
    """Some proxies write `192.0.2.1:5555` or `[2001:db8::1]:5555`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    host, colon, _ = text.partition(":")
    return host if colon and text.count(":") == 1 else text


def _among(address: IPv4Address | IPv6Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)
