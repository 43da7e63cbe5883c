"""What a buyer picks and its price, and the pools of capacity it draws on."""

from dataclasses import dataclass

from domain.charges import WHOLE
from domain.stock import MOST_UNITS_PER_ORDER
from shared.checks import Checks
from shared.ids import PoolId, TicketTypeId
from shared.money import Money

MOST_UNITS = 1_000_000
"""The largest capacity of one pool."""

DEFAULT_MAX_PER_ORDER = 10
DEFAULT_TAX_NAME = "Tax"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A capacity that one or more ticket types draw on; its name is unique within the event."""

    id: PoolId
    name: str
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType:
    """Draws one unit per ticket from every pool in `pool_ids`; the tightest of them wins.

    A tax rate of 1900 basis points is 19 %; whether the price contains it says the event.
    """

    id: TicketTypeId
    name: str
    price: Money
    tax_name: str = DEFAULT_TAX_NAME
    tax_rate_basis_points: int = 0
    max_per_order: int
    pool_ids: tuple[PoolId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpec:
    """A shared pool as an organizer asks for it."""

    id: PoolId
    name: str
    capacity: int

    def check(self, checks: Checks) -> Pool:
        return Pool(
            id=self.id,
            name=checks.text("name", self.name, longest=100),
            capacity=checks.number("capacity", self.capacity, least=1, most=MOST_UNITS),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTypeSpec:
    """A ticket type as an organizer asks for it.

    `capacity` gives it a pool of its own (with id `own_pool_id` and its own name); `pools` names
    shared pools of the event it draws on as well. At least one of the two is needed.
    """

    id: TicketTypeId
    own_pool_id: PoolId
    name: str
    price_amount: int
    price_currency: str
    capacity: int | None
    max_per_order: int | None
    pools: tuple[str, ...]
    tax_name: str = DEFAULT_TAX_NAME
    tax_rate_basis_points: int = 0

    def check(
        self, checks: Checks, *, currency: str, pools: dict[str, Pool]
    ) -> tuple[TicketType, Pool | None]:
        """The ticket type and its own pool, if it gets one; `pools` are the event's, by name."""
        name = checks.text("name", self.name, longest=100)
        price = checks.money("price", self.price_amount, self.price_currency, expected=currency)
        limit = DEFAULT_MAX_PER_ORDER if self.max_per_order is None else self.max_per_order
        checks.number("max_per_order", limit, least=1, most=MOST_UNITS_PER_ORDER)
        tax_name = checks.text("tax_name", self.tax_name, longest=50)
        rate = checks.number(
            "tax_rate_basis_points", self.tax_rate_basis_points, least=0, most=WHOLE
        )
        drawn: list[PoolId] = []
        for position, wanted in enumerate(self.pools):
            pool = pools.get(wanted.strip())
            if pool is None:
                checks.at("pools").fail(position, "names no pool of this event")
            elif pool.id in drawn:
                checks.at("pools").fail(position, "is named twice")
            else:
                drawn.append(pool.id)
        own: Pool | None = None
        if self.capacity is not None:
            checks.number("capacity", self.capacity, least=1, most=MOST_UNITS)
            if name in pools:
                checks.fail("name", "is the name of a pool of this event already")
            own = Pool(id=self.own_pool_id, name=name, capacity=self.capacity)
            drawn.insert(0, own.id)
        elif not self.pools:
            checks.fail("capacity", "is required unless pools are named")
        return (
            TicketType(
                id=self.id,
                name=name,
                price=price,
                tax_name=tax_name,
                tax_rate_basis_points=rate,
                max_per_order=limit,
                pool_ids=tuple(drawn),
            ),
            own,
        )
