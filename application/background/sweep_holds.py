"""Gives back the stock of holds past their deadline.

Readers see them as expired already, and a shortage sweeps by itself; this keeps the table tidy. So
it stands back while somebody is selling, who wants the same counters, and hurries when nobody is:
then the holds of a whole on-sale may be due at once.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context, Priority
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin


@dataclass(frozen=True, slots=True)
class SweepHolds:
    """Ends up to `limit` holds in a round while there are sales, and up to `limit_idle` otherwise;
    full rounds beside sales are `pause` apart."""

    begin: Begin
    ids: Ids
    limit: int
    limit_idle: int
    pause: timedelta = timedelta(milliseconds=20)

    async def __call__(self) -> int:
        ctx = Context.system(self.ids.uuid(), priority=Priority.SALE)
        async with self.begin(ctx) as work:
            selling = await work.holds.is_selling()
        limit = self.limit if selling else self.limit_idle
        async with self.begin(ctx) as work:
            swept = await work.holds.expire_due(limit=limit)
        if selling and swept == limit:
            await asyncio.sleep(self.pause.total_seconds())
        return swept
