"""Forgets what consumers have dealt with, once nobody could deliver it again."""

from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context, Priority
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin


@dataclass(frozen=True, slots=True)
class ForgetConsumed:
    """`kept` has to be longer than anything keeps messages: the log, and a broker."""

    begin: Begin
    ids: Ids
    kept: timedelta
    limit: int

    async def __call__(self) -> int:
        """There is always a pause: a round says nothing about the next."""
        ctx = Context.system(self.ids.uuid(), priority=Priority.LIST)
        async with self.begin(ctx) as work:
            work.consumed.forget(before=await work.now() - self.kept, limit=self.limit)
            await work.commit(None)
        return 0
