"""Webhooks of organizers: their operations, and the work behind them."""

from datetime import timedelta

from application.app import WebhookOperations
from application.background.forget_webhook_deliveries import ForgetWebhookDeliveries
from application.background.job import Job
from application.background.relock_webhook_secrets import RelockWebhookSecrets
from application.background.send_webhooks import SendWebhooks
from application.views.page import Page
from application.views.webhook import ReplayView, WebhookDeliveryView, WebhookEndpointView
from application.webhook.create_webhook_endpoint import (
    CreateWebhookEndpoint,
    CreateWebhookEndpointHandler,
)
from application.webhook.delete_webhook_endpoint import (
    DeleteWebhookEndpoint,
    DeleteWebhookEndpointHandler,
)
from application.webhook.list_webhook_deliveries import (
    ListWebhookDeliveries,
    ListWebhookDeliveriesHandler,
)
from application.webhook.list_webhook_endpoints import (
    ListWebhookEndpoints,
    ListWebhookEndpointsHandler,
)
from application.webhook.replay_webhook_deliveries import (
    ReplayWebhookDeliveries,
    ReplayWebhookDeliveriesHandler,
)
from application.webhook.rotate_webhook_secret import (
    RotateWebhookSecret,
    RotateWebhookSecretHandler,
)
from application.webhook.send_test_webhook import SendTestWebhook, SendTestWebhookHandler
from application.webhook.update_webhook_endpoint import (
    UpdateWebhookEndpoint,
    UpdateWebhookEndpointHandler,
)
from application.wiring.parts import Parts


def webhook_endpoints(parts: Parts) -> WebhookOperations:
    op, begin, ids = parts.op, parts.ports.begin, parts.ports.ids
    vault, sender = parts.ports.vault, parts.ports.webhooks
    return WebhookOperations(
        create=op(
            CreateWebhookEndpoint,
            WebhookEndpointView,
            CreateWebhookEndpointHandler(begin, ids, vault, sender),
        ),
        list=op(
            ListWebhookEndpoints, Page[WebhookEndpointView], ListWebhookEndpointsHandler(begin)
        ),
        update=op(
            UpdateWebhookEndpoint, WebhookEndpointView, UpdateWebhookEndpointHandler(begin, sender)
        ),
        rotate_secret=op(
            RotateWebhookSecret, WebhookEndpointView, RotateWebhookSecretHandler(begin, ids, vault)
        ),
        delete=op(DeleteWebhookEndpoint, type(None), DeleteWebhookEndpointHandler(begin)),
        send_test=op(SendTestWebhook, WebhookDeliveryView, SendTestWebhookHandler(begin, ids)),
        list_deliveries=op(
            ListWebhookDeliveries, Page[WebhookDeliveryView], ListWebhookDeliveriesHandler(begin)
        ),
        replay=op(ReplayWebhookDeliveries, ReplayView, ReplayWebhookDeliveriesHandler(begin)),
    )


def jobs(parts: Parts) -> tuple[Job, ...]:
    ports, rules = parts.ports, parts.rules
    hourly = timedelta(hours=1)
    return (
        Job(
            name="send_webhooks",
            every=rules.sweep_every,
            full=1,
            run=SendWebhooks(
                begin=ports.begin,
                ids=ports.ids,
                vault=ports.vault,
                sender=ports.webhooks,
                observer=ports.observer,
            ),
        ),
        Job(
            name="relock_webhook_secrets",
            every=hourly,
            full=10_000,
            run=RelockWebhookSecrets(ports.begin, ports.ids, ports.vault, 100),
        ),
        Job(
            name="forget_webhook_deliveries",
            every=hourly,
            full=10_000,
            run=ForgetWebhookDeliveries(ports.begin, ports.ids, rules.webhooks_kept),
        ),
    )
