"""Webhook endpoints of organizers."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.unit_of_work import StaleWrite
from application.ports.webhooks import WebhookEndpointRepository
from domain.webhook.endpoint import DisabledBy, EndpointState, WebhookEndpoint
from infrastructure.postgres.conditions import Conditions
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from shared.ids import OrganizerId, WebhookEndpointId

_SELECT = """
    SELECT id, organizer_id, live, url, types, description, secret, old_secret, old_secret_until,
           state, disabled_by, failing_since, created_at, version
    FROM webhook_endpoints
"""

_LISTENING = f"""
    {_SELECT}
    WHERE organizer_id = $1 AND live = $2 AND state <> 'DISABLED'
    ORDER BY id
"""  # nosec B608: constants only

_EVERY = f"""
    {_SELECT}
    WHERE $1::uuid IS NULL OR id > $1
    ORDER BY id
    LIMIT $2
"""  # nosec B608: constants only

_NUMBER = "SELECT count(*)::int AS number FROM webhook_endpoints WHERE organizer_id = $1"

_INSERT = """
    INSERT INTO webhook_endpoints (id, organizer_id, live, created_at, version, url, types,
                                   description, secret, old_secret, old_secret_until, state,
                                   disabled_by, failing_since)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""

_UPDATE = """
    UPDATE webhook_endpoints
    SET version = $3, url = $4, types = $5, description = $6, secret = $7, old_secret = $8,
        old_secret_until = $9, state = $10, disabled_by = $11, failing_since = $12
    WHERE id = $1 AND version = $2
"""

_DELETE = "DELETE FROM webhook_endpoints WHERE id = $1 AND version = $2"


class PostgresWebhookEndpointRepository(WebhookEndpointRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._removed: set[WebhookEndpointId] = set()
        self.notes: Notes[WebhookEndpoint] = Notes()

    async def get(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", endpoint_id)
        return _endpoint(row) if row else None

    async def listening(
        self, organizer_id: OrganizerId, *, live: bool
    ) -> Sequence[WebhookEndpoint]:
        return list(map(_endpoint, await self._session.fetch(_LISTENING, organizer_id, live)))

    async def number_of(self, organizer_id: OrganizerId) -> int:
        (row,) = await self._session.fetch(_NUMBER, organizer_id)
        return int(row["number"])

    async def page(
        self,
        organizer_id: OrganizerId,
        *,
        live: bool | None,
        after: tuple[datetime, WebhookEndpointId] | None,
        limit: int,
    ) -> Sequence[WebhookEndpoint]:
        wanted = Conditions()
        wanted.add("organizer_id = {}", organizer_id)
        if live is not None:
            wanted.add("live = {}", live)
        if after is not None:
            wanted.add("(created_at, id) < ({}, {})", *after)
        text = wanted.query(_SELECT, order_by="created_at DESC, id DESC", limit=limit)
        return list(map(_endpoint, await self._session.fetch(text, *wanted.values)))

    async def every(
        self, *, after: WebhookEndpointId | None, limit: int
    ) -> Sequence[WebhookEndpoint]:
        return list(map(_endpoint, await self._session.fetch(_EVERY, after, limit)))

    def add(self, endpoint: WebhookEndpoint) -> None:
        self.notes.add(endpoint.id, endpoint)

    def save(self, endpoint: WebhookEndpoint) -> None:
        self.notes.save(endpoint.id, endpoint)

    def remove(self, endpoint: WebhookEndpoint) -> None:
        self._removed.add(endpoint.id)
        self.notes.save(endpoint.id, endpoint)

    async def write(self) -> None:
        """Raises StaleWrite."""
        for endpoint in self.notes.added:
            await self._session.execute(
                _INSERT,
                endpoint.id,
                endpoint.organizer_id,
                endpoint.live,
                endpoint.created_at,
                endpoint.version,
                *_changing(endpoint),
            )
        for endpoint in self.notes.saved:
            was = (endpoint.id, stored_version(endpoint))
            if endpoint.id in self._removed:
                written = await self._session.execute(_DELETE, *was)
            else:
                written = await self._session.execute(
                    _UPDATE, *was, endpoint.version, *_changing(endpoint)
                )
            if written != 1:
                raise StaleWrite


def _changing(endpoint: WebhookEndpoint) -> tuple[object, ...]:
    return (
        endpoint.url,
        endpoint.types,
        endpoint.description,
        endpoint.secret,
        endpoint.old_secret,
        endpoint.old_secret_until,
        endpoint.state.value,
        None if endpoint.disabled_by is None else endpoint.disabled_by.value,
        endpoint.failing_since,
    )


def _endpoint(row: Record) -> WebhookEndpoint:
    by = row["disabled_by"]
    return WebhookEndpoint(
        id=WebhookEndpointId(row["id"]),
        organizer_id=OrganizerId(row["organizer_id"]),
        live=row["live"],
        url=row["url"],
        types=tuple(row["types"]),
        description=row["description"],
        secret=row["secret"],
        old_secret=row["old_secret"],
        old_secret_until=row["old_secret_until"],
        state=EndpointState(row["state"]),
        disabled_by=None if by is None else DisabledBy(by),
        failing_since=row["failing_since"],
        created_at=row["created_at"],
        version=row["version"],
    )
