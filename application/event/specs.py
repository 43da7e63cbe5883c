"""What an organizer says of ticket types and pools, as it comes in through a face."""

from dataclasses import dataclass

from application.ports.identity import Ids
from domain.event.ticket_type import DEFAULT_TAX_NAME, PoolSpec, TicketTypeSpec
from shared.ids import PoolId, TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPool:
    """A capacity that several ticket types share by naming it."""

    name: str
    capacity: int

    def spec(self, ids: Ids) -> PoolSpec:
        return PoolSpec(id=PoolId(ids.uuid()), name=self.name, capacity=self.capacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicketType:
    """`price_amount` in minor units. `capacity` gives it a pool of its own; `pools` names shared
    ones it draws on as well."""

    name: str
    price_amount: int
    price_currency: str
    capacity: int | None
    max_per_order: int | None
    pools: tuple[str, ...]
    tax_name: str = DEFAULT_TAX_NAME
    tax_rate_basis_points: int = 0

    def spec(self, ids: Ids) -> TicketTypeSpec:
        return TicketTypeSpec(
            id=TicketTypeId(ids.uuid()),
            own_pool_id=PoolId(ids.uuid()),
            name=self.name,
            price_amount=self.price_amount,
            price_currency=self.price_currency,
            capacity=self.capacity,
            max_per_order=self.max_per_order,
            pools=self.pools,
            tax_name=self.tax_name,
            tax_rate_basis_points=self.tax_rate_basis_points,
        )
