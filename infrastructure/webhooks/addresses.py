"""Which addresses are somebody else's, reached over the public network."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""Everything that was ever given out; the rest of IPv6 has uses of its own or none."""
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64: the last 32 bits are an IPv4 address, which is where it leads to."""
_COMPATIBLE = IPv6Network("::/96")
# Not told by the standard library of every version: protocols, relays and tunnels into IPv4,
# documentation.
_NEVER = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "2001::/32",
        "2002::/16",
        "3fff::/20",
        "64:ff9b:1::/48",
    )
)


def meant(address: Address) -> Address:
    """The IPv4 address that stands in an IPv6 one, where that is what it leads to."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _TRANSLATED or (address in _COMPATIBLE and int(address) > 0xFFFF):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """False for everything that is private, loopback, link-local, shared, multicast, reserved,
    unspecified or for documentation, in whatever form it is written."""
    address = meant(address)
    if any(address in network for network in _NEVER):
        return False
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global
