"""Gives back the stock of holds past their deadline.

Readers see them as expired already, and a shortage sweeps by itself; this keeps the table tidy.
"""

from dataclasses import dataclass

from application.messages import Context, Priority
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin


@dataclass(frozen=True, slots=True)
class SweepHolds:
    begin: Begin
    ids: Ids
    limit: int

    async def __call__(self) -> int:
        async with self.begin(Context.system(self.ids.uuid(), priority=Priority.SALE)) as work:
            return await work.holds.expire_due(limit=self.limit)
