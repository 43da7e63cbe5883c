"""Webhook endpoints and deliveries as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from domain.webhook.delivery import WebhookDelivery
from domain.webhook.endpoint import WebhookEndpoint
from shared.ids import OrganizerId, WebhookDeliveryId, WebhookEndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointView:
    """`secret` is what signatures are checked with: in the answers to CreateWebhookEndpoint and
    RotateWebhookSecret, and never again."""

    id: WebhookEndpointId
    organizer_id: OrganizerId
    live: bool
    url: str
    types: tuple[str, ...]
    description: str
    state: str
    disabled_by: str | None
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    secret: str | None

    @classmethod
    def of(cls, endpoint: WebhookEndpoint, *, secret: str | None = None) -> Self:
        return cls(
            id=endpoint.id,
            organizer_id=endpoint.organizer_id,
            live=endpoint.live,
            url=endpoint.url,
            types=endpoint.types,
            description=endpoint.description,
            state=endpoint.state.value,
            disabled_by=endpoint.disabled_by.value if endpoint.disabled_by else None,
            failing_since=endpoint.failing_since,
            old_secret_until=endpoint.old_secret_until,
            created_at=endpoint.created_at,
            secret=secret,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDeliveryView:
    id: WebhookDeliveryId
    webhook_endpoint_id: WebhookEndpointId
    message_id: UUID
    type: str
    state: str
    attempts: int
    next_attempt_at: datetime | None
    status: int | None
    error: str | None
    created_at: datetime

    @classmethod
    def of(cls, delivery: WebhookDelivery) -> Self:
        return cls(
            id=delivery.id,
            webhook_endpoint_id=delivery.endpoint_id,
            message_id=delivery.message_id,
            type=delivery.type,
            state=delivery.state.value,
            attempts=delivery.attempts,
            next_attempt_at=delivery.next_attempt_at,
            status=delivery.status,
            error=delivery.error,
            created_at=delivery.created_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayView:
    """How many deliveries are made again."""

    replayed: int
