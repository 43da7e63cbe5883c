"""Forgets idempotency keys that are older than promised.

Whole days are dropped by `keep_partitions`, which costs nothing. This deletes row by row what was
left: keys of a day that could not be dropped, or that no day had room for. So it waits a day longer
than it must, and usually finds nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context, Priority
from application.ports.idempotency import IdempotencyStore
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ForgetKeys:
    begin: Begin
    ids: Ids
    store: IdempotencyStore
    kept: timedelta

    async def __call__(self) -> int:
        ctx = Context.system(self.ids.uuid(), priority=Priority.LIST)
        async with self.begin(ctx) as work:
            now = await work.now()
        return await self.store.forget(before=now - max(self.kept, _DAY) - _DAY)
