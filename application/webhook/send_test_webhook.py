"""SendTestWebhook: a message that says nothing, to see whether it arrives."""

from dataclasses import dataclass

from application.messages import Command, Context
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.views.webhook import WebhookDeliveryView
from application.webhook.access import own_endpoint
from application.webhook.bodies import TEST, trial_body
from domain.webhook.delivery import WebhookDelivery
from domain.webhook.errors import WebhookEndpointDisabled
from shared.ids import WebhookDeliveryId, WebhookEndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTestWebhook(Command[WebhookDeliveryView]):
    webhook_endpoint_id: WebhookEndpointId


@dataclass(frozen=True, slots=True)
class SendTestWebhookHandler:
    """It is sent like all others, whatever the filter. Raises WebhookEndpointNotFound, RoleMissing,
    WebhookEndpointDisabled."""

    begin: Begin
    ids: Ids

    async def __call__(self, command: SendTestWebhook, ctx: Context) -> WebhookDeliveryView:
        async with self.begin(ctx) as work:
            endpoint = await own_endpoint(work, command.webhook_endpoint_id, ctx)
            if endpoint.is_disabled:
                raise WebhookEndpointDisabled()
            now, message_id = await work.now(), self.ids.uuid()
            delivery = WebhookDelivery.create(
                id=WebhookDeliveryId(self.ids.uuid()),
                endpoint_id=endpoint.id,
                message_id=message_id,
                type=TEST,
                body=trial_body(message_id, endpoint.organizer_id, live=endpoint.live, at=now),
                at=now,
            )
            work.webhook_deliveries.add(delivery)
            return await work.commit(WebhookDeliveryView.of(delivery))
