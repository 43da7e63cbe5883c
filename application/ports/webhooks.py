"""Webhooks of organizers: where they are kept, what is due, and the way out to a receiver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.webhook.delivery import Attempt, DeliveryState, WebhookDelivery
from domain.webhook.endpoint import WebhookEndpoint
from shared.ids import OrganizerId, WebhookDeliveryId, WebhookEndpointId


class WebhookEndpointRepository(Protocol):
    """`add` and `save` as in `application.ports.repositories`."""

    async def get(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint | None: ...

    async def listening(
        self, organizer_id: OrganizerId, *, live: bool
    ) -> Sequence[WebhookEndpoint]:
        """Those of that mode that are not disabled, by id."""
        ...

    async def number_of(self, organizer_id: OrganizerId) -> int:
        """How many there are, of both modes."""
        ...

    async def page(
        self,
        organizer_id: OrganizerId,
        *,
        live: bool | None,
        after: tuple[datetime, WebhookEndpointId] | None,
        limit: int,
    ) -> Sequence[WebhookEndpoint]:
        """Newest first: ordered by (created_at, id) descending, from just behind `after`; with
        None of both modes."""
        ...

    async def every(
        self, *, after: WebhookEndpointId | None, limit: int
    ) -> Sequence[WebhookEndpoint]:
        """Of all organizers: by id, from just behind `after`."""
        ...

    def add(self, endpoint: WebhookEndpoint) -> None: ...

    def save(self, endpoint: WebhookEndpoint) -> None: ...

    def remove(self, endpoint: WebhookEndpoint) -> None:
        """With its deliveries. Commit raises StaleWrite, as for a change."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """What of an endpoint's deliveries is wanted; None: whatever it is. `since` is inclusive,
    `until` is not; both are about when a delivery was made."""

    endpoint_id: WebhookEndpointId
    state: DeliveryState | None = None
    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[WebhookDeliveryId, ...] | None = None
    message_ids: tuple[UUID, ...] | None = None


class WebhookDeliveries(Protocol):
    async def page(
        self,
        where: DeliveryFilter,
        *,
        after: tuple[datetime, WebhookDeliveryId] | None,
        limit: int,
    ) -> Sequence[WebhookDelivery]:
        """Newest first: ordered by (created_at, id) descending, from just behind `after`."""
        ...

    async def over(self, where: DeliveryFilter, *, limit: int) -> Sequence[WebhookDeliveryId]:
        """Those that are not PENDING, oldest first."""
        ...

    async def claim(
        self,
        *,
        limit: int,
        per_endpoint: int,
        but: Sequence[WebhookEndpointId],
        lease: timedelta,
    ) -> Sequence[WebhookDelivery]:
        """Takes of those that are due, oldest first, at most so many of one endpoint and none of
        those in `but`, in a transaction of its own. Nobody else gets them before `lease` is over.
        """
        ...

    def add(self, delivery: WebhookDelivery) -> None:
        """One of this message to this endpoint that is there already stays, and this one is left
        out."""
        ...

    def save(self, delivery: WebhookDelivery) -> None:
        """How an attempt ended. What is not PENDING any more, or gone, stays as it is."""
        ...

    def replay(self, ids: Sequence[WebhookDeliveryId], *, at: datetime) -> None:
        """Those that are over become PENDING and due, as if they had never been tried."""
        ...

    async def forget(self, *, before: datetime) -> int:
        """Deletes what is over and was made before that, in a transaction of its own. Returns how
        many."""
        ...


class WebhookSender(Protocol):
    def objection(self, url: str) -> str | None:
        """What is wrong with an address by its looks; None where it may be tried."""
        ...

    async def send(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Attempt:
        """One POST, and how it ended; nothing that a receiver or the way to it does is raised. It
        goes to public addresses only, unless the settings name others; never on to where a
        redirect points; and takes a bounded time."""
        ...


class SecretLost(Exception):
    """It was locked with a key that is no longer among ours."""


class Vault(Protocol):
    """Keeps secrets that have to be used again, and so cannot be stored as digests. What is stored
    is of no use without the key, and for nobody but `owner`."""

    def lock(self, secret: bytes, *, owner: UUID) -> bytes: ...

    def unlock(self, locked: bytes, *, owner: UUID) -> bytes:
        """Raises SecretLost."""
        ...

    def is_current(self, locked: bytes) -> bool:
        """Whether it is locked with the newest key. What is not should be locked again while it
        can still be unlocked."""
        ...
