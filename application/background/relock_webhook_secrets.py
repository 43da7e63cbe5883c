"""Locks the secrets of webhooks with the newest key, while the one before can still open them."""

from dataclasses import dataclass, replace

from application.messages import Context, Priority
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin, StaleWrite
from application.ports.webhooks import SecretLost, Vault
from domain.webhook.endpoint import WebhookEndpoint
from shared.ids import WebhookEndpointId


@dataclass(frozen=True, slots=True)
class RelockWebhookSecrets:
    """What cannot be opened any more stays as it is: its messages say so, and a person rotates."""

    begin: Begin
    ids: Ids
    vault: Vault
    limit: int

    async def __call__(self) -> int:
        ctx = Context.system(self.ids.uuid(), priority=Priority.LIST)
        locked, after = 0, None
        while True:
            async with self.begin(ctx) as work:
                found = await work.webhook_endpoints.every(after=after, limit=self.limit)
            for endpoint in found:
                locked += await self._lock(endpoint.id, ctx)
            if len(found) < self.limit:
                return locked
            after = found[-1].id

    async def _lock(self, endpoint_id: WebhookEndpointId, ctx: Context) -> bool:
        async with self.begin(ctx) as work:
            endpoint = await work.webhook_endpoints.get(endpoint_id)
            if endpoint is None:
                return False
            try:
                changed = self._relocked(endpoint)
                if changed == endpoint:
                    return False
                work.webhook_endpoints.save(changed)
                await work.commit(None)
            except (SecretLost, StaleWrite):  # who was faster may have done it; else the next round
                return False
            return True

    def _relocked(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """Raises SecretLost."""
        old = endpoint.old_secret
        return replace(
            endpoint,
            secret=self._again(endpoint.secret, endpoint.id),
            old_secret=None if old is None else self._again(old, endpoint.id),
        )

    def _again(self, locked: bytes, owner: WebhookEndpointId) -> bytes:
        if self.vault.is_current(locked):
            return locked
        return self.vault.lock(self.vault.unlock(locked, owner=owner), owner=owner)
