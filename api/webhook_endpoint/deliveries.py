"""REST: what was sent to webhook endpoints, and what is sent again."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.routing import Routes
from api.webhook_endpoint.requests import DeliverySearch, ReplayRequest
from api.webhook_endpoint.schemas import (
    WebhookDelivery,
    WebhookDeliveryPage,
    WebhookEndpointIdPath,
    WebhookReplay,
)
from application.app import WebhookOperations
from application.errors import RoleMissing
from application.webhook.send_test_webhook import SendTestWebhook
from domain.webhook.errors import WebhookEndpointDisabled, WebhookEndpointNotFound


def add_webhook_delivery_routes(routes: Routes, endpoints: WebhookOperations) -> None:
    @routes.get(
        "/webhook-endpoints/{webhook_endpoint_id}/deliveries",
        endpoints.list_deliveries,
        summary="List deliveries",
        answers=WebhookDeliveryPage,
        says="A page of deliveries, newest first.",
        refuses=(WebhookEndpointNotFound, RoleMissing),
    )
    async def list_webhook_deliveries(
        call: Call,
        webhook_endpoint_id: WebhookEndpointIdPath,
        search: Annotated[DeliverySearch, Query()],
    ) -> Response:
        """What was sent there, or will be, and what became of it."""
        query = search.query(webhook_endpoint_id)
        return answer(call, await endpoints.list_deliveries(query, call.ctx))

    @routes.post(
        "/webhook-endpoints/{webhook_endpoint_id}/replay",
        endpoints.replay,
        summary="Replay deliveries",
        answers=WebhookReplay,
        says="How many are made again.",
        refuses=(WebhookEndpointNotFound, RoleMissing, WebhookEndpointDisabled),
    )
    async def replay_webhook_deliveries(
        call: Call, webhook_endpoint_id: WebhookEndpointIdPath, body: ReplayRequest
    ) -> Response:
        """Sends what is over once more, with the same `webhook-id` and body. What still waits for
        its next attempt is left alone."""
        return answer(call, await endpoints.replay(body.command(webhook_endpoint_id), call.ctx))

    @routes.post(
        "/webhook-endpoints/{webhook_endpoint_id}/test",
        endpoints.send_test,
        summary="Try a webhook endpoint",
        answers=WebhookDelivery,
        says="The delivery that was made.",
        refuses=(WebhookEndpointNotFound, RoleMissing, WebhookEndpointDisabled),
    )
    async def send_test_webhook(call: Call, webhook_endpoint_id: WebhookEndpointIdPath) -> Response:
        """Sends a `webhook.test`, whatever the filter."""
        command = SendTestWebhook(webhook_endpoint_id=webhook_endpoint_id)
        return answer(call, await endpoints.send_test(command, call.ctx))
