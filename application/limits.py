"""How often callers may change things, whatever they change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from application.messages import Actor, Context
from application.ports.limits import Allowance, Limit, Use


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLimits:
    """None: without a limit. Those without credentials count against their address alone, and
    against a limit of their own, for they guess passwords; and against one more where they become
    somebody, for each new buyer has a new budget of stock."""

    per_actor: Limit | None = None
    per_address: Limit | None = None
    anonymous_per_address: Limit | None = None
    new_buyers_per_address: Limit | None = None

    def uses(self, actor: Actor, ctx: Context, *, makes_buyers: bool) -> Sequence[Use]:
        """What one write counts against."""
        place = network_of(ctx.address)
        named = actor.user_id is not None or actor.key_id is not None
        uses: list[Use] = []
        if self.per_actor is not None and named:
            uses.append(Use(self.per_actor, actor.id))
        if place is None:
            return uses
        if self.per_address is not None:
            uses.append(Use(self.per_address, place))
        if named:
            return uses
        if self.anonymous_per_address is not None:
            uses.append(Use(self.anonymous_per_address, place))
        if self.new_buyers_per_address is not None and makes_buyers:
            uses.append(Use(self.new_buyers_per_address, place))
        return uses


@lru_cache(maxsize=8192)
def network_of(address: str | None) -> str | None:
    """What counts as one place: an IPv4 address, and of IPv6 the /64 that one customer gets."""
    if address is None:
        return None
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found, 64), strict=False))
    return str(found)


def policy_field(allowances: Sequence[Allowance]) -> str:
    """The field RateLimit-Policy: `"name";q=100;w=60` for 100 uses in 60 seconds, a list of them
    (structured fields, RFC 9651; the IETF's draft on rate limit fields)."""
    return ", ".join([each.limit.policy for each in allowances])


def left_field(allowances: Sequence[Allowance]) -> str:
    """The field RateLimit: `"name";r=50;t=30` for 50 uses that are left, and 30 seconds until all
    are there again or, where the call was refused for it, until the next one is allowed."""
    return ", ".join(
        [f'"{each.limit.name}";r={each.remaining};t={_seconds(each)}' for each in allowances]
    )


def _seconds(allowance: Allowance) -> int:
    return ceil(allowance.retry_seconds or allowance.reset_seconds)
