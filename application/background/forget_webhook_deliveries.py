"""Forgets what was sent to webhook endpoints long ago."""

from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context, Priority
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin


@dataclass(frozen=True, slots=True)
class ForgetWebhookDeliveries:
    begin: Begin
    ids: Ids
    kept: timedelta

    async def __call__(self) -> int:
        async with self.begin(Context.system(self.ids.uuid(), priority=Priority.LIST)) as work:
            before = await work.now() - self.kept
            return await work.webhook_deliveries.forget(before=before)
