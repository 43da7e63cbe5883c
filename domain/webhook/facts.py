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
    """Messages of `types` are sent there. Where that is stays unsaid, here as below: addresses
    of receivers often hold a secret."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointUpdated(WebhookFact):
    """From now on so."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecretRotated(WebhookFact):
    """Messages are signed with a new secret, for a day with the old one too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointFailing(WebhookFact):
    """The last attempt to reach it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointRecovered(WebhookFact):
    """It was reached again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointDisabled(WebhookFact):
    """It is told nothing any more."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointEnabled(WebhookFact):
    """It is told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointDeleted(WebhookFact):
    """It is gone."""
