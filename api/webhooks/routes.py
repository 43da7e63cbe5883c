"""REST: what payment providers tell us. Stored before it is acknowledged."""

from typing import Annotated, Final

from fastapi import Path
from starlette.responses import Response

from api.context import Call
from api.routing import Routes
from application.app import Webhooks
from application.errors import PaymentProviderUnknown, WebhookInvalid
from application.payment.receive_webhook import ReceiveWebhook

ProviderPath = Annotated[str, Path(description="The provider's name, e.g. `simulated`.")]

_BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "Whatever the provider signed; it is verified as it comes, byte for byte.",
        "content": {"application/json": {"schema": {}}},
    }
}


def add_webhook_routes(routes: Routes, webhooks: Webhooks) -> None:
    @routes.post(
        "/payments/webhooks/{provider}",
        webhooks.receive,
        summary="Deliver a webhook",
        answers=None,
        says="It is stored, and will be looked at; the body is what its provider wants to hear.",
        refuses=(PaymentProviderUnknown, WebhookInvalid),
        extra=_BODY,
    )
    async def receive_webhook(call: Call, provider: ProviderPath) -> Response:
        """For payment providers only: the signature over the raw body says who is calling.

        The same event may come any number of times, in any order.
        """
        headers = {name: ", ".join(call.headers.getlist(name)) for name in call.headers.keys()}
        body = await call.body()
        stored = await webhooks.receive(
            ReceiveWebhook(provider=provider, body=body, headers=headers), call.ctx
        )
        return Response(stored.body, headers={"Content-Type": stored.media_type})
