"""ListWebhookEndpoints: where an organizer is told, without what is secret about it."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.organizer.access import require_acting
from application.paging import decode_cursor, page_limit, page_of
from application.ports.unit_of_work import Begin
from application.views.page import Page
from application.views.webhook import WebhookEndpointView
from application.webhook.access import mode_of
from shared.ids import OrganizerId, WebhookEndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWebhookEndpoints(Query[Page[WebhookEndpointView]]):
    organizer_id: OrganizerId
    page_size: int | None
    page_token: str | None


@dataclass(frozen=True, slots=True)
class ListWebhookEndpointsHandler:
    """Newest first; an API key sees those of its own mode. Raises OrganizerNotFound (also for
    strangers to it), RoleMissing, FieldInvalid."""

    begin: Begin

    async def __call__(
        self, query: ListWebhookEndpoints, ctx: Context
    ) -> Page[WebhookEndpointView]:
        limit = page_limit(query.page_size)
        cursor = decode_cursor("webhook_endpoints", query.page_token)
        require_acting(query.organizer_id, ctx)
        after = (cursor[0], WebhookEndpointId(cursor[1])) if cursor else None
        async with self.begin(ctx) as work:
            found = await work.webhook_endpoints.page(
                query.organizer_id, live=mode_of(ctx), after=after, limit=limit + 1
            )
        return page_of(
            "webhook_endpoints",
            found,
            limit,
            place=lambda each: (each.created_at, each.id),
            show=WebhookEndpointView.of,
        )
