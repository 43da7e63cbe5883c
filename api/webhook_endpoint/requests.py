"""Shapes of requests about webhook endpoints."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.changes import Unchanged
from api.shape import Digits, Flag, Id, Input, Text, Time, among, with_example
from application.webhook.create_webhook_endpoint import CreateWebhookEndpoint
from application.webhook.list_webhook_deliveries import ListWebhookDeliveries
from application.webhook.replay_webhook_deliveries import ReplayWebhookDeliveries
from application.webhook.update_webhook_endpoint import UpdateWebhookEndpoint
from domain.webhook.delivery import DeliveryState
from shared.ids import OrganizerId, WebhookDeliveryId, WebhookEndpointId


class NewWebhookEndpoint(Input):
    model_config = with_example(
        {
            "live": True,
            "url": "https://hall.example/holdfast",
            "types": ["order.*", "ticket.issued"],
            "description": "The hall's own shop",
        }
    )

    live: Flag = Field(description="Whether it is told of what is real (true) or of tests.")
    url: Text = Field(description="`https://`, and reachable from the public network.")
    types: list[Text] = Field(
        description="Names of messages, beginnings such as `order.*`, or `*` for all."
    )
    description: Text | None = Field(default=None, description="For people.")

    def command(self, organizer_id: OrganizerId) -> CreateWebhookEndpoint:
        return CreateWebhookEndpoint(
            organizer_id=organizer_id,
            live=self.live,
            url=self.url,
            types=tuple(self.types),
            description=self.description,
        )


class WebhookEndpointChanges(Input):
    """What is left out stays as it is."""

    model_config = with_example({"types": ["*"], "enabled": True})

    url: Unchanged[Text] = None
    types: Unchanged[list[Text]] = None
    description: Unchanged[Text] = None
    enabled: Unchanged[Flag] = None

    def command(self, webhook_endpoint_id: WebhookEndpointId) -> UpdateWebhookEndpoint:
        return UpdateWebhookEndpoint(
            webhook_endpoint_id=webhook_endpoint_id,
            url=self.url,
            types=None if self.types is None else tuple(self.types),
            description=self.description,
            enabled=self.enabled,
        )


class DeliverySearch(Input):
    state: Annotated[DeliveryState | None, among(DeliveryState)] = None
    page_size: Annotated[int | None, Digits] = Field(default=None, description="20, at most 100.")
    page_token: Text | None = Field(
        default=None, description="`next_page_token` of the page before."
    )

    def query(self, webhook_endpoint_id: WebhookEndpointId) -> ListWebhookDeliveries:
        return ListWebhookDeliveries(
            webhook_endpoint_id=webhook_endpoint_id,
            state=self.state,
            page_size=self.page_size,
            page_token=self.page_token,
        )


class ReplayRequest(Input):
    """Exactly one of `delivery_ids`, `message_ids` and `since`."""

    model_config = with_example(
        {"since": "2026-11-21T00:00:00Z", "until": "2026-11-22T00:00:00Z", "state": "FAILED"}
    )

    delivery_ids: list[Annotated[WebhookDeliveryId, Id]] = Field(
        default=[], description="At most 100."
    )
    message_ids: list[Annotated[UUID, Id]] = Field(default=[], description="At most 100.")
    since: Time | None = Field(
        default=None, description="Everything that was made then or later, and before `until`."
    )
    until: Time | None = None
    state: Annotated[DeliveryState | None, among(DeliveryState)] = Field(
        default=None, description="`FAILED` or `DELIVERED` only."
    )

    def command(self, webhook_endpoint_id: WebhookEndpointId) -> ReplayWebhookDeliveries:
        return ReplayWebhookDeliveries(
            webhook_endpoint_id=webhook_endpoint_id,
            delivery_ids=tuple(self.delivery_ids),
            message_ids=tuple(self.message_ids),
            since=self.since,
            until=self.until,
            state=self.state,
        )
