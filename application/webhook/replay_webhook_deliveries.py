"""ReplayWebhookDeliveries: what is over is sent once more, by name or of a range of time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.ports.webhooks import DeliveryFilter
from application.views.webhook import ReplayView
from application.webhook.access import own_endpoint
from domain.webhook.delivery import DeliveryState
from domain.webhook.errors import WebhookEndpointDisabled
from shared.checks import Checks
from shared.ids import WebhookDeliveryId, WebhookEndpointId

_MOST_NAMED = 100
_MOST = 10_000
"""Of a range at once, the oldest; whoever is told so many asks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWebhookDeliveries(Command[ReplayView]):
    """Exactly one of `delivery_ids`, `message_ids`, and a range: `since` (inclusive), with or
    without `until` (exclusive), when the deliveries were made. `state` leaves out the others."""

    webhook_endpoint_id: WebhookEndpointId
    delivery_ids: tuple[WebhookDeliveryId, ...]
    message_ids: tuple[UUID, ...]
    since: datetime | None
    until: datetime | None
    state: DeliveryState | None


@dataclass(frozen=True, slots=True)
class ReplayWebhookDeliveriesHandler:
    """What is still under way is left alone. Raises WebhookEndpointNotFound, RoleMissing,
    FieldInvalid, WebhookEndpointDisabled."""

    begin: Begin

    async def __call__(self, command: ReplayWebhookDeliveries, ctx: Context) -> ReplayView:
        async with self.begin(ctx) as work:
            endpoint = await own_endpoint(work, command.webhook_endpoint_id, ctx)
            where = _wanted(command)
            if endpoint.is_disabled:
                raise WebhookEndpointDisabled()
            found = await work.webhook_deliveries.over(where, limit=_MOST)
            work.webhook_deliveries.replay(found, at=await work.now())
            return await work.commit(ReplayView(replayed=len(found)))


def _wanted(command: ReplayWebhookDeliveries) -> DeliveryFilter:
    """Raises FieldInvalid."""
    checks = Checks()
    ways = (command.delivery_ids, command.message_ids, command.since)
    if sum(bool(way) for way in ways) != 1:
        checks.fail("since", "is required, or delivery_ids, or message_ids; only one of them")
    for name in ("delivery_ids", "message_ids"):
        if len(getattr(command, name)) > _MOST_NAMED:
            checks.fail(name, f"must be at most {_MOST_NAMED}")
    since = None if command.since is None else checks.moment("since", command.since)
    until = None if command.until is None else checks.moment("until", command.until)
    if until is not None and since is None:
        checks.fail("until", "goes with since")
    if command.state is DeliveryState.PENDING:
        checks.fail("state", "must be DELIVERED or FAILED: what is pending is sent anyway")
    checks.done()
    return DeliveryFilter(
        endpoint_id=command.webhook_endpoint_id,
        state=command.state,
        since=since,
        until=until,
        ids=command.delivery_ids or None,
        message_ids=command.message_ids or None,
    )
