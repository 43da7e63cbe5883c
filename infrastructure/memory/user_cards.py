"""Cards in this process."""

import time
from collections.abc import Callable, Collection, Mapping

from application.ports.user_cards import KEPT, UserCard, UserCards
from shared.ids import UserId


class MemoryUserCards(UserCards):
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds and never goes back."""
        self._clock = clock
        self._cards: dict[UserId, tuple[UserCard, float]] = {}

    async def get(self, user_ids: Collection[UserId]) -> Mapping[UserId, UserCard]:
        self._sweep()
        return {each: self._cards[each][0] for each in user_ids if each in self._cards}

    async def put(self, cards: Collection[UserCard]) -> None:
        self._sweep()
        for card in cards:
            before, _ = self._cards.get(card.user_id, (None, 0))
            if before is None or before.revision <= card.revision:
                self._cards[card.user_id] = card, self._clock() + KEPT.total_seconds()

    async def forget(self, user_ids: Collection[UserId]) -> None:
        for each in user_ids:
            self._cards.pop(each, None)

    def _sweep(self) -> None:
        now = self._clock()
        self._cards = {each: kept for each, kept in self._cards.items() if kept[1] > now}
