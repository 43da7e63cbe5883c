"""RotateWebhookSecret: a new secret; for a day messages are signed with the old one as well."""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.ports.webhooks import Vault
from application.views.webhook import WebhookEndpointView
from application.webhook.access import own_endpoint
from application.webhook.signing import shown
from shared.ids import WebhookEndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateWebhookSecret(Command[WebhookEndpointView]):
    """Without an idempotency key: its answer, which holds a secret, is never stored."""

    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    webhook_endpoint_id: WebhookEndpointId


@dataclass(frozen=True, slots=True)
class RotateWebhookSecretHandler:
    """Raises WebhookEndpointNotFound, RoleMissing."""

    begin: Begin
    ids: Ids
    vault: Vault

    async def __call__(self, command: RotateWebhookSecret, ctx: Context) -> WebhookEndpointView:
        secret = self.ids.webhook_secret()
        async with self.begin(ctx) as work:
            endpoint = await own_endpoint(work, command.webhook_endpoint_id, ctx)
            locked = self.vault.lock(secret, owner=endpoint.id)
            endpoint = endpoint.rotate(locked, at=await work.now())
            work.webhook_endpoints.save(endpoint)
            return await work.commit(WebhookEndpointView.of(endpoint, secret=shown(secret)))
