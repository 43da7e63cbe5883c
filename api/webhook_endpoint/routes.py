"""REST: where organizers want to be told what happens."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.answers import answer, created, done
from api.context import Call
from api.organizer.schemas import OrganizerIdPath
from api.routing import PREFIX, Routes
from api.schemas import PageSearch
from api.webhook_endpoint.requests import NewWebhookEndpoint, WebhookEndpointChanges
from api.webhook_endpoint.schemas import (
    WebhookEndpoint,
    WebhookEndpointIdPath,
    WebhookEndpointPage,
)
from application.app import WebhookOperations
from application.errors import RoleMissing
from application.webhook.delete_webhook_endpoint import DeleteWebhookEndpoint
from application.webhook.list_webhook_endpoints import ListWebhookEndpoints
from application.webhook.rotate_webhook_secret import RotateWebhookSecret
from domain.organizer.errors import OrganizerNotFound
from domain.webhook.errors import WebhookEndpointNotFound, WebhookEndpointsFull


def add_webhook_endpoint_routes(routes: Routes, endpoints: WebhookOperations) -> None:
    @routes.post(
        "/organizers/{organizer_id}/webhook-endpoints",
        endpoints.create,
        summary="Make a webhook endpoint",
        answers=WebhookEndpoint,
        status=201,
        says="The endpoint, with its secret.",
        refuses=(OrganizerNotFound, RoleMissing, WebhookEndpointsFull),
    )
    async def create_webhook_endpoint(
        call: Call, organizer_id: OrganizerIdPath, body: NewWebhookEndpoint
    ) -> Response:
        """From now on messages of these types are sent there, signed by the Standard Webhooks
        scheme with the `secret`, which is shown now and never again."""
        endpoint = await endpoints.create(body.command(organizer_id), call.ctx)
        return created(call, endpoint, f"{PREFIX}/organizers/{organizer_id}/webhook-endpoints")

    @routes.get(
        "/organizers/{organizer_id}/webhook-endpoints",
        endpoints.list,
        summary="List webhook endpoints",
        answers=WebhookEndpointPage,
        says="A page of endpoints, newest first.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def list_webhook_endpoints(
        call: Call, organizer_id: OrganizerIdPath, search: Annotated[PageSearch, Query()]
    ) -> Response:
        """Without their secrets; with an API key those of its mode."""
        query = ListWebhookEndpoints(
            organizer_id=organizer_id,
            page_size=search.page_size,
            page_token=search.page_token,
        )
        return answer(call, await endpoints.list(query, call.ctx))

    @routes.patch(
        "/webhook-endpoints/{webhook_endpoint_id}",
        endpoints.update,
        summary="Change a webhook endpoint",
        answers=WebhookEndpoint,
        says="The endpoint as it is now.",
        refuses=(WebhookEndpointNotFound, RoleMissing),
    )
    async def update_webhook_endpoint(
        call: Call, webhook_endpoint_id: WebhookEndpointIdPath, body: WebhookEndpointChanges
    ) -> Response:
        """Changes the fields that are sent. `enabled` switches it off, or on again after it was
        switched off."""
        return answer(call, await endpoints.update(body.command(webhook_endpoint_id), call.ctx))

    @routes.post(
        "/webhook-endpoints/{webhook_endpoint_id}/rotate",
        endpoints.rotate_secret,
        summary="Change the secret of a webhook endpoint",
        answers=WebhookEndpoint,
        says="The endpoint, with its new secret.",
        refuses=(WebhookEndpointNotFound, RoleMissing),
    )
    async def rotate_webhook_secret(
        call: Call, webhook_endpoint_id: WebhookEndpointIdPath
    ) -> Response:
        """For 24 hours messages are signed with both; the one before ends at once when this is done
        twice."""
        command = RotateWebhookSecret(webhook_endpoint_id=webhook_endpoint_id)
        return answer(call, await endpoints.rotate_secret(command, call.ctx))

    @routes.delete(
        "/webhook-endpoints/{webhook_endpoint_id}",
        endpoints.delete,
        summary="Delete a webhook endpoint",
        answers=None,
        status=204,
        says="It is gone, and what was sent there is forgotten.",
        refuses=(WebhookEndpointNotFound, RoleMissing),
    )
    async def delete_webhook_endpoint(
        call: Call, webhook_endpoint_id: WebhookEndpointIdPath
    ) -> Response:
        """Nothing is sent there any more, not even what was waiting."""
        await endpoints.delete(
            DeleteWebhookEndpoint(webhook_endpoint_id=webhook_endpoint_id), call.ctx
        )
        return done(call)
