"""Brings facts to the broker, once its readers here are known there."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.background.stay_subscribed import StaySubscribed
from application.messaging.relay import Relay


@dataclass(frozen=True, slots=True)
class RelayFacts:
    """Some brokers keep nothing for groups to come: what is relayed before a group is known there,
    the group never gets."""

    relay: Relay
    subscriptions: Sequence[StaySubscribed]

    async def __call__(self) -> int:
        """Raises what the relay raises."""
        if not all(each.is_subscribed for each in self.subscriptions):
            return 0
        return await self.relay()
