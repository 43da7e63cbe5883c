"""REST: how large a webhook may be. Whoever sends one has shown nothing yet when it is read."""

from typing import Final

from api.middleware.body_limit import Narrower
from api.routing import PREFIX
from application.app import Webhooks
from application.errors import WebhookFault

MOST_BYTES: Final = 256 * 1024
"""Several times the largest event of any provider."""


def webhook_limit(webhooks: Webhooks) -> Narrower:
    """What is larger is refused, and counted with the other webhooks that are."""

    def refused(provider: str) -> None:
        observer = webhooks.receive.pipeline.observer
        observer.webhook_refused(provider, WebhookFault.OVERSIZED.value)

    return Narrower(prefix=f"{PREFIX}/payments/webhooks/", most=MOST_BYTES, refused=refused)
