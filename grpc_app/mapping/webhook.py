"""Webhook endpoints and deliveries."""

from application.views.page import Page
from application.views.webhook import ReplayView, WebhookDeliveryView, WebhookEndpointView
from application.webhook.create_webhook_endpoint import CreateWebhookEndpoint
from application.webhook.delete_webhook_endpoint import DeleteWebhookEndpoint
from application.webhook.list_webhook_deliveries import ListWebhookDeliveries
from application.webhook.list_webhook_endpoints import ListWebhookEndpoints
from application.webhook.replay_webhook_deliveries import ReplayWebhookDeliveries
from application.webhook.rotate_webhook_secret import RotateWebhookSecret
from application.webhook.send_test_webhook import SendTestWebhook
from application.webhook.update_webhook_endpoint import UpdateWebhookEndpoint
from domain.webhook.delivery import DeliveryState
from grpc_app.generated.holdfast.v1 import webhook_pb2 as wire
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import maybe_timestamp, timestamp
from shared.ids import OrganizerId, WebhookDeliveryId, WebhookEndpointId


def create(request: wire.CreateWebhookEndpointRequest) -> CreateWebhookEndpoint:
    shape = Shape(request)
    return shape.done(
        CreateWebhookEndpoint(
            organizer_id=OrganizerId(shape.uuid("organizer_id")),
            live=shape.flag("live"),
            url=shape.text("url"),
            types=shape.texts("types"),
            description=shape.maybe_text("description"),
        )
    )


def list_endpoints(request: wire.ListWebhookEndpointsRequest) -> ListWebhookEndpoints:
    shape = Shape(request)
    return shape.done(
        ListWebhookEndpoints(
            organizer_id=OrganizerId(shape.uuid("organizer_id")),
            page_size=shape.maybe_integer("page_size"),
            page_token=shape.maybe_text("page_token"),
        )
    )


def update(request: wire.UpdateWebhookEndpointRequest) -> UpdateWebhookEndpoint:
    shape = Shape(request)
    return shape.done(
        UpdateWebhookEndpoint(
            webhook_endpoint_id=_endpoint_id(shape),
            url=shape.maybe_text("url"),
            types=shape.texts("types") or None,
            description=shape.maybe_text("description"),
            enabled=shape.maybe_flag("enabled"),
        )
    )


def rotate(request: wire.RotateWebhookSecretRequest) -> RotateWebhookSecret:
    shape = Shape(request)
    return shape.done(RotateWebhookSecret(webhook_endpoint_id=_endpoint_id(shape)))


def delete(request: wire.DeleteWebhookEndpointRequest) -> DeleteWebhookEndpoint:
    shape = Shape(request)
    return shape.done(DeleteWebhookEndpoint(webhook_endpoint_id=_endpoint_id(shape)))


def send_test(request: wire.SendTestWebhookRequest) -> SendTestWebhook:
    shape = Shape(request)
    return shape.done(SendTestWebhook(webhook_endpoint_id=_endpoint_id(shape)))


def list_deliveries(request: wire.ListWebhookDeliveriesRequest) -> ListWebhookDeliveries:
    shape = Shape(request)
    return shape.done(
        ListWebhookDeliveries(
            webhook_endpoint_id=_endpoint_id(shape),
            state=shape.maybe_choice("state", DeliveryState),
            page_size=shape.maybe_integer("page_size"),
            page_token=shape.maybe_text("page_token"),
        )
    )


def replay(request: wire.ReplayWebhookDeliveriesRequest) -> ReplayWebhookDeliveries:
    shape = Shape(request)
    return shape.done(
        ReplayWebhookDeliveries(
            webhook_endpoint_id=_endpoint_id(shape),
            delivery_ids=tuple(map(WebhookDeliveryId, shape.uuids("delivery_ids"))),
            message_ids=shape.uuids("message_ids"),
            since=shape.maybe_time("since"),
            until=shape.maybe_time("until"),
            state=shape.maybe_choice("state", DeliveryState),
        )
    )


def endpoint(view: WebhookEndpointView) -> wire.WebhookEndpoint:
    return wire.WebhookEndpoint(
        id=str(view.id),
        organizer_id=str(view.organizer_id),
        live=view.live,
        url=view.url,
        types=view.types,
        description=view.description,
        state=view.state,
        disabled_by=view.disabled_by,
        failing_since=maybe_timestamp(view.failing_since),
        old_secret_until=maybe_timestamp(view.old_secret_until),
        created_at=timestamp(view.created_at),
        secret=view.secret,
    )


def endpoints(page: Page[WebhookEndpointView]) -> wire.ListWebhookEndpointsResponse:
    return wire.ListWebhookEndpointsResponse(
        items=[endpoint(each) for each in page.items], next_page_token=page.next_page_token
    )


def delivery(view: WebhookDeliveryView) -> wire.WebhookDelivery:
    return wire.WebhookDelivery(
        id=str(view.id),
        webhook_endpoint_id=str(view.webhook_endpoint_id),
        message_id=str(view.message_id),
        type=view.type,
        state=view.state,
        attempts=view.attempts,
        next_attempt_at=maybe_timestamp(view.next_attempt_at),
        status=view.status,
        error=view.error,
        created_at=timestamp(view.created_at),
    )


def deliveries(page: Page[WebhookDeliveryView]) -> wire.ListWebhookDeliveriesResponse:
    return wire.ListWebhookDeliveriesResponse(
        items=[delivery(each) for each in page.items], next_page_token=page.next_page_token
    )


def replayed(view: ReplayView) -> wire.ReplayWebhookDeliveriesResponse:
    return wire.ReplayWebhookDeliveriesResponse(replayed=view.replayed)


def _endpoint_id(shape: Shape) -> WebhookEndpointId:
    return WebhookEndpointId(shape.uuid("webhook_endpoint_id"))
