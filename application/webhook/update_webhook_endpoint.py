"""UpdateWebhookEndpoint: another address or filter; on and off."""

from dataclasses import dataclass

from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.ports.webhooks import WebhookSender
from application.views.webhook import WebhookEndpointView
from application.webhook.access import own_endpoint
from application.webhook.bodies import TYPES
from application.webhook.checking import require_reachable
from domain.webhook.endpoint import DisabledBy
from shared.ids import WebhookEndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateWebhookEndpoint(Command[WebhookEndpointView]):
    """What is None stays as it is."""

    webhook_endpoint_id: WebhookEndpointId
    url: str | None
    types: tuple[str, ...] | None
    description: str | None
    enabled: bool | None


@dataclass(frozen=True, slots=True)
class UpdateWebhookEndpointHandler:
    """Raises WebhookEndpointNotFound, RoleMissing, FieldInvalid."""

    begin: Begin
    sender: WebhookSender

    async def __call__(self, command: UpdateWebhookEndpoint, ctx: Context) -> WebhookEndpointView:
        async with self.begin(ctx) as work:
            endpoint = await own_endpoint(work, command.webhook_endpoint_id, ctx)
            now = await work.now()
            endpoint = endpoint.update(
                url=command.url,
                types=command.types,
                description=command.description,
                known_types=TYPES,
                at=now,
            )
            if command.url is not None:
                require_reachable(endpoint.url, self.sender)
            if command.enabled is True:
                endpoint = endpoint.enable(at=now)
            elif command.enabled is False:
                endpoint = endpoint.disable(DisabledBy.PERSON, at=now)
            if endpoint.facts:
                work.webhook_endpoints.save(endpoint)
            return await work.commit(WebhookEndpointView.of(endpoint))
