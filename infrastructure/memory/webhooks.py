"""Webhook endpoints of organizers, and deliveries to them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from application.ports.unit_of_work import StaleWrite
from application.ports.webhooks import (
    DeliveryFilter,
    WebhookDeliveries,
    WebhookEndpointRepository,
)
from domain.webhook.delivery import DeliveryState, WebhookDelivery
from domain.webhook.endpoint import WebhookEndpoint
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import OrganizerId, WebhookDeliveryId, WebhookEndpointId


class MemoryWebhookEndpoints(WebhookEndpointRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, endpoint_id: WebhookEndpointId) -> WebhookEndpoint | None:
        return (await self._session.read()).webhook_endpoints.get(endpoint_id)

    async def listening(
        self, organizer_id: OrganizerId, *, live: bool
    ) -> Sequence[WebhookEndpoint]:
        found = await self._of(organizer_id, live)
        return sorted(
            (each for each in found if not each.is_disabled), key=lambda endpoint: endpoint.id
        )

    async def number_of(self, organizer_id: OrganizerId) -> int:
        return len(await self._of(organizer_id, None))

    async def page(
        self,
        organizer_id: OrganizerId,
        *,
        live: bool | None,
        after: tuple[datetime, WebhookEndpointId] | None,
        limit: int,
    ) -> Sequence[WebhookEndpoint]:
        found = await self._of(organizer_id, live)
        behind = [each for each in found if after is None or _place(each) < after]
        return sorted(behind, key=_place, reverse=True)[:limit]

    async def every(
        self, *, after: WebhookEndpointId | None, limit: int
    ) -> Sequence[WebhookEndpoint]:
        endpoints = (await self._session.read()).webhook_endpoints
        ids = sorted(each for each in endpoints if after is None or each > after)
        return [endpoints[endpoint_id] for endpoint_id in ids[:limit]]

    def add(self, endpoint: WebhookEndpoint) -> None:
        def write(writing: Writing) -> None:
            writing.insert(writing.tables.webhook_endpoints, endpoint.id, endpoint)

        self._session.note(Phase.ORGANIZER, write, *endpoint.facts)

    def save(self, endpoint: WebhookEndpoint) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.webhook_endpoints, endpoint.id, endpoint)

        self._session.note(Phase.ORGANIZER, write, *endpoint.facts)

    def remove(self, endpoint: WebhookEndpoint) -> None:
        def write(writing: Writing) -> None:
            tables = writing.tables
            stored = tables.webhook_endpoints.get(endpoint.id)
            if stored is None or stored.version != endpoint.version - bool(endpoint.facts):
                raise StaleWrite()
            writing.journal.remove(tables.webhook_endpoints, endpoint.id)
            for delivery in list(tables.webhook_deliveries.values()):
                if delivery.endpoint_id == endpoint.id:
                    writing.journal.remove(tables.webhook_deliveries, delivery.id)

        self._session.note(Phase.ORGANIZER, write, *endpoint.facts)

    async def _of(self, organizer_id: OrganizerId, live: bool | None) -> list[WebhookEndpoint]:
        tables = await self._session.read()
        return [
            each
            for each in tables.webhook_endpoints.values()
            if each.organizer_id == organizer_id and live in (None, each.live)
        ]


class MemoryWebhookDeliveries(WebhookDeliveries):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def page(
        self,
        where: DeliveryFilter,
        *,
        after: tuple[datetime, WebhookDeliveryId] | None,
        limit: int,
    ) -> Sequence[WebhookDelivery]:
        found = await self._matching(where)
        behind = [each for each in found if after is None or _moment(each) < after]
        return sorted(behind, key=_moment, reverse=True)[:limit]

    async def over(self, where: DeliveryFilter, *, limit: int) -> Sequence[WebhookDeliveryId]:
        found = [each for each in await self._matching(where) if not _is_pending(each)]
        return [each.id for each in sorted(found, key=_moment)[:limit]]

    async def claim(
        self,
        *,
        limit: int,
        per_endpoint: int,
        but: Sequence[WebhookEndpointId],
        lease: timedelta,
    ) -> Sequence[WebhookDelivery]:
        taken: list[WebhookDelivery] = []

        def write(writing: Writing) -> None:
            deliveries = writing.tables.webhook_deliveries
            counted: Counter[WebhookEndpointId] = Counter()
            due = [
                (each.next_attempt_at, each.id, each)
                for each in deliveries.values()
                if each.next_attempt_at is not None
                and each.next_attempt_at <= writing.now
                and each.endpoint_id not in but
            ]
            for _, _, delivery in sorted(due, key=lambda each: each[:2]):
                if len(taken) < limit and counted[delivery.endpoint_id] < per_endpoint:
                    counted[delivery.endpoint_id] += 1
                    leased = replace(delivery, next_attempt_at=writing.now + lease)
                    writing.journal.put(deliveries, delivery.id, leased)
                    taken.append(leased)

        await self._session.at_once(write)
        return taken

    def add(self, delivery: WebhookDelivery) -> None:
        def write(writing: Writing) -> None:
            deliveries = writing.tables.webhook_deliveries
            key = (delivery.endpoint_id, delivery.message_id)
            if all((each.endpoint_id, each.message_id) != key for each in deliveries.values()):
                writing.journal.put(deliveries, delivery.id, delivery)

        self._session.note(Phase.MAIL, write)

    def save(self, delivery: WebhookDelivery) -> None:
        def write(writing: Writing) -> None:
            deliveries = writing.tables.webhook_deliveries
            stored = deliveries.get(delivery.id)
            if stored is not None and _is_pending(stored):
                writing.journal.put(deliveries, delivery.id, delivery)

        self._session.note(Phase.MAIL, write)

    def replay(self, ids: Sequence[WebhookDeliveryId], *, at: datetime) -> None:
        def write(writing: Writing) -> None:
            deliveries = writing.tables.webhook_deliveries
            for delivery_id in ids:
                stored = deliveries.get(delivery_id)
                if stored is not None and not _is_pending(stored):
                    again = replace(
                        stored,
                        state=DeliveryState.PENDING,
                        attempts=0,
                        next_attempt_at=at,
                        status=None,
                        error=None,
                    )
                    writing.journal.put(deliveries, delivery_id, again)

        self._session.note(Phase.MAIL, write)

    async def forget(self, *, before: datetime) -> int:
        gone: list[WebhookDeliveryId] = []

        def write(writing: Writing) -> None:
            deliveries = writing.tables.webhook_deliveries
            for delivery in list(deliveries.values()):
                if not _is_pending(delivery) and delivery.created_at < before:
                    writing.journal.remove(deliveries, delivery.id)
                    gone.append(delivery.id)

        await self._session.at_once(write)
        return len(gone)

    async def _matching(self, where: DeliveryFilter) -> list[WebhookDelivery]:
        tables = await self._session.read()
        return [each for each in tables.webhook_deliveries.values() if _matches(each, where)]


def _place(endpoint: WebhookEndpoint) -> tuple[datetime, WebhookEndpointId]:
    return endpoint.created_at, endpoint.id


def _moment(delivery: WebhookDelivery) -> tuple[datetime, WebhookDeliveryId]:
    return delivery.created_at, delivery.id


def _is_pending(delivery: WebhookDelivery) -> bool:
    return delivery.state is DeliveryState.PENDING


def _matches(delivery: WebhookDelivery, where: DeliveryFilter) -> bool:
    return (
        delivery.endpoint_id == where.endpoint_id
        and where.state in (None, delivery.state)
        and (where.since is None or delivery.created_at >= where.since)
        and (where.until is None or delivery.created_at < where.until)
        and (where.ids is None or delivery.id in where.ids)
        and (where.message_ids is None or delivery.message_id in where.message_ids)
    )
