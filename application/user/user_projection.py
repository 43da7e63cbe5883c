"""The consumer that keeps a card of every user somebody told something of lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from application.fact_codec import FACT_TYPES
from application.messaging.consumer import Consumer
from application.messaging.message import Message
from application.ports.user_cards import UserCard, UserCards
from shared.ids import UserId

GROUP: Final = "users"

TYPES: Final = frozenset(kind.name for kind in FACT_TYPES.values() if kind.aggregate == "user")


@dataclass(frozen=True, slots=True)
class KeepCards:
    """A projection. Messages from before they said how a user is make it forget the user: what
    follows them is not known."""

    cards: UserCards

    async def __call__(self, messages: Sequence[Message]) -> None:
        latest: dict[UserId, UserCard | None] = {}
        for message in messages:
            card = card_of(message)
            before = latest.get(UserId(message.aggregate_id))
            if card is None or before is None or before.revision <= card.revision:
                latest[UserId(message.aggregate_id)] = card
        await self.cards.forget([each for each, card in latest.items() if card is None])
        await self.cards.put([card for card in latest.values() if card is not None])


def card_of(message: Message) -> UserCard | None:
    """None where the message does not say it."""
    match message.payload:
        case {
            "name": str(name),
            "email_verified": bool(email_verified),
            "active": bool(active),
            "superuser": bool(superuser),
            "revision": int(revision),
        }:
            return UserCard(
                user_id=UserId(message.aggregate_id),
                name=name,
                email_verified=email_verified,
                active=active,
                superuser=superuser,
                revision=revision,
            )
    return None


def users_consumers(cards: UserCards | None) -> tuple[Consumer, ...]:
    """None where nobody wants cards."""
    if cards is None:
        return ()
    return (Consumer(group=GROUP, types=TYPES, projection=KeepCards(cards), woken=False),)
