"""ReceiveWebhook: store a provider's verified event before it is acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from application.errors import PaymentProviderUnknown, WebhookInvalid
from application.messages import Command, Context, KeyPolicy
from application.payment.providers import Providers
from application.ports.observer import PaymentObserver
from application.ports.payments import Acknowledgement
from application.ports.unit_of_work import Begin

UNKNOWN_PROVIDER: Final = "UNKNOWN_PROVIDER"
"""For the figures, beside the faults of webhooks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveWebhook(Command[Acknowledgement]):
    """`body` is raw, as it was signed; `headers` have lower-case names."""

    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    provider: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReceiveWebhookHandler:
    """The signature is who is calling. Answers what the provider wants to hear once its event is
    stored. Raises PaymentProviderUnknown, WebhookInvalid."""

    begin: Begin
    providers: Providers
    observer: PaymentObserver

    async def __call__(self, command: ReceiveWebhook, ctx: Context) -> Acknowledgement:
        try:
            event, acknowledgement = self.providers.verify(
                command.provider, command.body, command.headers
            )
        except WebhookInvalid as refusal:
            self.observer.webhook_refused(command.provider, refusal.fault.value)
            raise
        except PaymentProviderUnknown:
            self.observer.webhook_refused(command.provider, UNKNOWN_PROVIDER)
            raise
        async with self.begin(ctx) as work:
            work.inbox.receive(event)
            return await work.commit(acknowledgement)
