"""Shapes of webhook endpoints and deliveries as they are answered."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from api.shape import Id, Output, page_of, with_example
from domain.webhook.delivery import DeliveryState
from domain.webhook.endpoint import DisabledBy, EndpointState
from shared.ids import WebhookEndpointId

WebhookEndpointIdPath = Annotated[WebhookEndpointId, Id, Path(description="The webhook endpoint.")]

_ENDPOINT: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-000000000011",
    "organizer_id": "01936b2a-7c00-7a10-8000-000000000002",
    "live": True,
    "url": "https://hall.example/holdfast",
    "types": ["order.*", "ticket.issued"],
    "description": "The hall's own shop",
    "state": "ENABLED",
    "disabled_by": None,
    "failing_since": None,
    "old_secret_until": None,  # nosec B105: a moment
    "created_at": "2026-11-21T10:00:00.000000Z",
    "secret": None,  # nosec B105: an example
}

_DELIVERY: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-000000000013",
    "webhook_endpoint_id": "01936b2a-7c00-7a10-8000-000000000011",
    "message_id": "01936b2a-7c00-7a10-8000-000000000012",
    "type": "order.confirmed",
    "state": "PENDING",
    "attempts": 1,
    "next_attempt_at": "2026-11-21T10:05:05.000000Z",
    "status": 503,
    "error": None,
    "created_at": "2026-11-21T10:05:00.000000Z",
}


class WebhookEndpoint(Output):
    model_config = with_example(_ENDPOINT)

    id: UUID
    organizer_id: UUID
    live: bool = Field(description="Whether it is told of what is real, or of tests.")
    url: str
    types: list[str] = Field(description="Names of messages, beginnings such as `order.*`, or `*`.")
    description: str
    state: EndpointState
    disabled_by: DisabledBy | None = Field(description="Why nothing is sent there.")
    failing_since: AwareDatetime | None = Field(
        description="Nothing has arrived since; three days of it disable the endpoint."
    )
    old_secret_until: AwareDatetime | None = Field(
        description="Until then messages are signed with the secret before this one as well."
    )
    created_at: AwareDatetime
    secret: str | None = Field(
        description="What signatures are checked with: in the answers to CreateWebhookEndpoint and "
        "RotateWebhookSecret, and never again."
    )


class WebhookEndpointPage(Output):
    model_config = with_example(page_of(_ENDPOINT))

    items: list[WebhookEndpoint]
    next_page_token: str = Field(description="Empty on the last page.")


class WebhookDelivery(Output):
    model_config = with_example(_DELIVERY)

    id: UUID
    webhook_endpoint_id: UUID
    message_id: UUID = Field(description="The `webhook-id` that the receiver gets.")
    type: str
    state: DeliveryState
    attempts: int = Field(description="Since it was made, or replayed.")
    next_attempt_at: AwareDatetime | None
    status: int | None = Field(description="What the receiver answered last.")
    error: str | None = Field(description="Why there was no answer that counts.")
    created_at: AwareDatetime


class WebhookDeliveryPage(Output):
    model_config = with_example(page_of(_DELIVERY))

    items: list[WebhookDelivery]
    next_page_token: str = Field(description="Empty on the last page.")


class WebhookReplay(Output):
    model_config = with_example({"replayed": 17})

    replayed: int = Field(description="How many deliveries are made again; at most 10000 at once.")
