"""CreateWebhookEndpoint: from now on the organizer is told there. Its secret is shown once."""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.organizer.access import require_acting
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.ports.webhooks import Vault, WebhookSender
from application.views.webhook import WebhookEndpointView
from application.webhook.access import mode_of
from application.webhook.bodies import TYPES
from application.webhook.checking import require_reachable
from application.webhook.signing import shown
from domain.webhook.endpoint import WebhookEndpoint
from domain.webhook.errors import WebhookEndpointsFull
from shared.errors import FieldInvalid, Violation
from shared.ids import OrganizerId, WebhookEndpointId

_MOST = 20
"""Of one organizer: each costs a delivery of every message it wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWebhookEndpoint(Command[WebhookEndpointView]):
    """Without an idempotency key: its answer, which holds a secret, is never stored."""

    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    organizer_id: OrganizerId
    live: bool
    url: str
    types: tuple[str, ...]
    description: str | None


@dataclass(frozen=True, slots=True)
class CreateWebhookEndpointHandler:
    """An API key makes them of its own mode only. Raises OrganizerNotFound (also for strangers to
    it), RoleMissing, FieldInvalid, WebhookEndpointsFull."""

    begin: Begin
    ids: Ids
    vault: Vault
    sender: WebhookSender

    async def __call__(self, command: CreateWebhookEndpoint, ctx: Context) -> WebhookEndpointView:
        require_acting(command.organizer_id, ctx)
        mode = mode_of(ctx)
        if mode not in (None, command.live):
            wrong = Violation(("live",), f"must be {str(mode).lower()} with this API key")
            raise FieldInvalid(violations=[wrong])
        endpoint_id = WebhookEndpointId(self.ids.uuid())
        secret = self.ids.webhook_secret()
        async with self.begin(ctx) as work:
            endpoint = WebhookEndpoint.create(
                id=endpoint_id,
                organizer_id=command.organizer_id,
                live=command.live,
                url=command.url,
                types=command.types,
                description=command.description or "",
                secret=self.vault.lock(secret, owner=endpoint_id),
                known_types=TYPES,
                at=await work.now(),
            )
            require_reachable(endpoint.url, self.sender)
            if await work.webhook_endpoints.number_of(command.organizer_id) >= _MOST:
                raise WebhookEndpointsFull(metadata={"most": _MOST})
            work.webhook_endpoints.add(endpoint)
            return await work.commit(WebhookEndpointView.of(endpoint, secret=shown(secret)))
