"""Whose endpoint it is: its organizer's members, and API keys of its own mode."""

from application.errors import RoleMissing
from application.messages import ActorKind, Context
from application.organizer.access import acts_for, is_inside
from application.ports.unit_of_work import UnitOfWork
from domain.webhook.endpoint import WebhookEndpoint
from domain.webhook.errors import WebhookEndpointNotFound
from shared.ids import WebhookEndpointId


def mode_of(ctx: Context) -> bool | None:
    """The mode that the caller is bound to: keys are live or for tests, people see to both."""
    return ctx.actor.live if ctx.actor.kind is ActorKind.API_KEY else None


async def own_endpoint(
    work: UnitOfWork, endpoint_id: WebhookEndpointId, ctx: Context
) -> WebhookEndpoint:
    """One that the caller may act on. Raises WebhookEndpointNotFound, RoleMissing."""
    endpoint = await work.webhook_endpoints.get(endpoint_id)
    if endpoint is None or mode_of(ctx) not in (None, endpoint.live):
        raise WebhookEndpointNotFound()
    if not acts_for(endpoint.organizer_id, ctx):
        inside = is_inside(endpoint.organizer_id, ctx)
        raise RoleMissing() if inside else WebhookEndpointNotFound()
    return endpoint
