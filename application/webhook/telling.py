"""The consumer that notes, for every message of an organizer, whom it is to be told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.messages import Context
from application.messaging.consumer import Consumer
from application.messaging.message import Message
from application.ports.identity import Ids
from application.ports.unit_of_work import UnitOfWork
from application.webhook.bodies import TYPES, body_of
from domain.webhook.delivery import WebhookDelivery
from domain.webhook.endpoint import WebhookEndpoint
from shared.ids import OrganizerId, WebhookDeliveryId

GROUP = "webhooks"


@dataclass(frozen=True, slots=True)
class TellEndpoints:
    """An effect: a delivery for each endpoint of the organizer, and of the message's mode, that
    wants it. All of them say the same."""

    ids: Ids

    async def __call__(self, message: Message, work: UnitOfWork, ctx: Context) -> None:
        if message.organizer_id is None or message.type not in TYPES:
            return
        listening = await work.webhook_endpoints.listening(message.organizer_id, live=message.live)
        wanting = [endpoint for endpoint in listening if endpoint.wants(message.type)]
        if not wanting:
            return
        body, now = await body_of(message, work), await work.now()
        for endpoint in wanting:
            work.webhook_deliveries.add(
                WebhookDelivery.create(
                    id=WebhookDeliveryId(self.ids.uuid()),
                    endpoint_id=endpoint.id,
                    message_id=message.id,
                    type=message.type,
                    body=body,
                    at=now,
                )
            )


async def nobody_listens(messages: Sequence[Message], work: UnitOfWork) -> Collection[UUID]:
    """The ids of those that no endpoint wants."""
    listening: dict[tuple[OrganizerId, bool], Sequence[WebhookEndpoint]] = {}
    for message in messages:
        if message.organizer_id is not None:
            key = message.organizer_id, message.live
            if key not in listening:
                listening[key] = await work.webhook_endpoints.listening(key[0], live=key[1])
    return [
        message.id
        for message in messages
        if message.organizer_id is None
        or not any(
            endpoint.wants(message.type)
            for endpoint in listening[message.organizer_id, message.live]
        )
    ]


def webhooks_consumer(ids: Ids) -> Consumer:
    effect = TellEndpoints(ids)
    return Consumer(group=GROUP, types=TYPES, effect=effect, unconcerned=nobody_listens)
