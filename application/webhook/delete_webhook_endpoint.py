"""DeleteWebhookEndpoint: nothing is told there any more, and what was told is forgotten."""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.unit_of_work import Begin
from application.webhook.access import own_endpoint
from shared.ids import WebhookEndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteWebhookEndpoint(Command[None]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    webhook_endpoint_id: WebhookEndpointId


@dataclass(frozen=True, slots=True)
class DeleteWebhookEndpointHandler:
    """Raises WebhookEndpointNotFound, RoleMissing."""

    begin: Begin

    async def __call__(self, command: DeleteWebhookEndpoint, ctx: Context) -> None:
        async with self.begin(ctx) as work:
            endpoint = await own_endpoint(work, command.webhook_endpoint_id, ctx)
            work.webhook_endpoints.remove(endpoint.delete(at=await work.now()))
            await work.commit(None)
