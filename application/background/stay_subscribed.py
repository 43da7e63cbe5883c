"""Subscribes consumers to a broker, as soon as it can be reached."""

from dataclasses import dataclass, field

from application.fact_codec import FACT_TYPES
from application.messaging.consumer import Consumer
from application.messaging.dispatch import Dispatcher
from application.ports.broker import Broker, Subscription


@dataclass(frozen=True, slots=True)
class StaySubscribed:
    """A subscription survives the broker's restart by itself, and ends when the broker is
    closed."""

    broker: Broker
    dispatcher: Dispatcher
    batch: int
    _made: list[Subscription] = field(default_factory=list)

    @property
    def is_subscribed(self) -> bool:
        """From the first time on; the group is known to the broker since then."""
        return bool(self._made)

    async def __call__(self) -> int:
        """Raises BrokerUnavailable."""
        if not self._made:
            consumer = self.dispatcher.consumer
            subscription = await self.broker.subscribe(
                consumer.group, topics_of(consumer), self.dispatcher.deliver, batch=self.batch
            )
            self._made.append(subscription)
        return 0


def topics_of(consumer: Consumer) -> list[str]:
    """Those that have what it wants."""
    return sorted(
        {
            f"ticketing.{kind.aggregate}"
            for kind in FACT_TYPES.values()
            if kind.name in consumer.types
        }
    )
