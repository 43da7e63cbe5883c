"""Deletes sessions that are over, once nobody can ask about them any more."""

from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context, Priority
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin


@dataclass(frozen=True, slots=True)
class ForgetSessions:
    """`kept`: how long an ended session stays, for whoever looks into what happened."""

    begin: Begin
    ids: Ids
    kept: timedelta

    async def __call__(self) -> int:
        async with self.begin(Context.system(self.ids.uuid(), priority=Priority.LIST)) as work:
            return await work.sessions.forget(before=await work.now() - self.kept)
