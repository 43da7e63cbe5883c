"""What brings facts to whoever needs them: numbering, the relay, and consumers."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from application.background.forget_consumed import ForgetConsumed
from application.background.job import Job
from application.background.number_facts import NumberFacts
from application.background.relay_facts import RelayFacts
from application.background.retry_parked import RetryParked
from application.background.stay_subscribed import StaySubscribed
from application.messaging.consumer import Consumer
from application.messaging.dispatch import Dispatcher
from application.messaging.relay import Relay, to_broker
from application.ports.broker import Broker
from application.ports.identity import Ids
from application.ports.log import FactLog, LogReaders, Wake
from application.ports.observer import DeliveryObserver
from application.ports.unit_of_work import Begin

_SECOND: Final = timedelta(seconds=1)
_FACTS: Final = 1_000
_EFFECTS: Final = 200
"""Of one round: so many may happen again when it is broken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messaging:
    """Without a broker consumers read the log itself. `committed` and `numbered` make what wakes
    one job each; polling goes on beside it. `beside_calls`: the process answers calls too, which
    large pieces of work would keep waiting."""

    begin: Begin
    ids: Ids
    log: FactLog
    readers: LogReaders
    observer: DeliveryObserver
    broker: Broker | None = None
    beside_calls: bool = True
    committed: Callable[[], Wake] | None = None
    numbered: Callable[[], Wake] | None = None
    consumed_kept: timedelta = timedelta(days=30)


def jobs(messaging: Messaging, consumers: Sequence[Consumer]) -> tuple[Job, ...]:
    """Any number of processes may run them all."""
    return tuple(_jobs(messaging, consumers))


def _jobs(messaging: Messaging, consumers: Sequence[Consumer]) -> Iterator[Job]:
    begin, readers, broker = messaging.begin, messaging.readers, messaging.broker
    yield Job(
        name="number_facts",
        every=_SECOND,
        full=_FACTS,
        run=NumberFacts(messaging.log, _FACTS),
        wake=None if messaging.committed is None else messaging.committed(),
    )
    subscriptions: list[StaySubscribed] = []
    for consumer in consumers:
        dispatcher = Dispatcher(
            begin=begin, consumer=consumer, observer=messaging.observer, broker=broker
        )
        limit = _FACTS if consumer.effect is None else _EFFECTS
        if broker is None:
            relay = Relay(
                readers=readers,
                reader=f"consumer:{consumer.group}",
                sink=dispatcher,
                types=consumer.types,
                limit=limit,
            )
            name = f"consume_{consumer.group}"
            yield _reading(messaging, name, relay, relay.limit, woken=consumer.woken)
        else:
            staying = StaySubscribed(broker, dispatcher, min(limit, 100))
            subscriptions.append(staying)
            yield Job(name=f"subscribe_{consumer.group}", every=_SECOND, full=1, run=staying)
        if consumer.effect is not None:
            yield Job(
                name=f"retry_{consumer.group}",
                every=_SECOND,
                full=_EFFECTS,
                run=RetryParked(readers, dispatcher, _EFFECTS),
            )
    if broker is not None:
        relay = to_broker(readers, broker, beside_calls=messaging.beside_calls)
        run = RelayFacts(relay, subscriptions)
        yield _reading(messaging, "relay_facts", run, relay.limit)
    yield Job(
        name="forget_consumed",
        every=timedelta(minutes=1),
        full=1,
        run=ForgetConsumed(begin, messaging.ids, messaging.consumed_kept, 20_000),
    )


def _reading(
    messaging: Messaging,
    name: str,
    run: Callable[[], Awaitable[int]],
    full: int,
    *,
    woken: bool = True,
) -> Job:
    wake = messaging.numbered if woken else None
    return Job(
        name=name,
        every=_SECOND,
        full=full,
        run=run,
        wake=None if wake is None else wake(),
    )
