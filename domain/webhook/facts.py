"""What happens to webhook endpoints."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import OrganizerId, WebhookEndpointId


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFact(Fact):
    """`live` says of which mode the endpoint is."""

    webhook_endpoint_id: WebhookEndpointId
    organizer_id: OrganizerId
    live: bool

    @property
    def aggregate_id(self) -> UUID:
        return self.webhook_endpoint_id


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointCreated(WebhookFact):
    url: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointUpdated(WebhookFact):
    url: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecretRotated(WebhookFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointFailing(WebhookFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointRecovered(WebhookFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointDisabled(WebhookFact):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointEnabled(WebhookFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointDeleted(WebhookFact):
    pass
