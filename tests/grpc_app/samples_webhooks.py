"""Samples of webhook endpoints and deliveries."""

from application.views.webhook import WebhookDeliveryView, WebhookEndpointView
from shared.ids import WebhookDeliveryId, WebhookEndpointId
from tests.grpc_app.sampled import AT, LATER, ORGANIZER_ID, uuid

ENDPOINT = WebhookEndpointView(
    id=WebhookEndpointId(uuid(21)),
    organizer_id=ORGANIZER_ID,
    live=True,
    url="https://hall.example/",
    types=("order.*", "ticket.issued"),
    description="Shop",
    state="DISABLED",
    disabled_by="FAILURES",
    failing_since=AT,
    old_secret_until=LATER,
    created_at=AT,
    secret="whsec_c2VjcmV0",
)
DELIVERY = WebhookDeliveryView(
    id=WebhookDeliveryId(uuid(22)),
    webhook_endpoint_id=WebhookEndpointId(uuid(21)),
    message_id=uuid(23),
    type="order.confirmed",
    state="PENDING",
    attempts=3,
    next_attempt_at=LATER,
    status=302,
    error="redirect_refused",
    created_at=AT,
)
