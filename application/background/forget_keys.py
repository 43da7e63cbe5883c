"""Forgets idempotency keys that are older than promised."""

from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context, Priority
from application.ports.idempotency import IdempotencyStore
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin


@dataclass(frozen=True, slots=True)
class ForgetKeys:
    begin: Begin
    ids: Ids
    store: IdempotencyStore
    kept: timedelta

    async def __call__(self) -> int:
        async with self.begin(Context.system(self.ids.uuid(), priority=Priority.LIST)) as work:
            now = await work.now()
        return await self.store.forget(before=now - self.kept)
