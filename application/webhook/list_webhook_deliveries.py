"""ListWebhookDeliveries: what was sent to an endpoint, and what became of it."""

from dataclasses import dataclass

from application.messages import Context, Query
from application.paging import decode_cursor, page_limit, page_of
from application.ports.unit_of_work import Begin
from application.ports.webhooks import DeliveryFilter
from application.views.page import Page
from application.views.webhook import WebhookDeliveryView
from application.webhook.access import own_endpoint
from domain.webhook.delivery import DeliveryState
from shared.ids import WebhookDeliveryId, WebhookEndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWebhookDeliveries(Query[Page[WebhookDeliveryView]]):
    """`state` None: in all states."""

    webhook_endpoint_id: WebhookEndpointId
    state: DeliveryState | None
    page_size: int | None
    page_token: str | None


@dataclass(frozen=True, slots=True)
class ListWebhookDeliveriesHandler:
    """Newest first. Raises WebhookEndpointNotFound, RoleMissing, FieldInvalid."""

    begin: Begin

    async def __call__(
        self, query: ListWebhookDeliveries, ctx: Context
    ) -> Page[WebhookDeliveryView]:
        limit = page_limit(query.page_size)
        cursor = decode_cursor("webhook_deliveries", query.page_token)
        after = (cursor[0], WebhookDeliveryId(cursor[1])) if cursor else None
        async with self.begin(ctx) as work:
            endpoint = await own_endpoint(work, query.webhook_endpoint_id, ctx)
            where = DeliveryFilter(endpoint_id=endpoint.id, state=query.state)
            found = await work.webhook_deliveries.page(where, after=after, limit=limit + 1)
        return page_of(
            "webhook_deliveries",
            found,
            limit,
            place=lambda each: (each.created_at, each.id),
            show=WebhookDeliveryView.of,
        )
