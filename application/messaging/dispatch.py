"""Hands messages to a consumer, however they came: from the log, or from a broker."""

import asyncio
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from application.messages import Context, Priority
from application.messaging.consumer import Consumer, Effect
from application.messaging.message import Message
from application.ports.broker import Broker, Delivery
from application.ports.consumed import AlreadyConsumed, ParkedMessage
from application.ports.observer import DeliveryObserver
from application.ports.unit_of_work import Begin, StaleWrite
from shared.errors import AppError, Conflict, DatabaseUnavailable, Overloaded

_RUNS: Final = 8
"""How often an effect is run at once when others keep changing the same aggregate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatcher:
    """Messages of one aggregate take their turns, those of `together` aggregates go side by side.

    An effect and the note that it happened are one transaction. A message whose effect fails is
    parked, and the later ones of its aggregate behind it, so that nobody else waits; it is tried
    again after `pause`, twice that, and so on up to `longest_pause`, until it has failed as often
    as the consumer allows. Then it goes to the dead letters, to those of `broker` as well where
    there is one, and the rest of its aggregate goes on. A database that is away is nobody's
    failure: that is raised, and everything comes again.
    """

    begin: Begin
    consumer: Consumer
    observer: DeliveryObserver
    broker: Broker | None = None
    pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(minutes=15)
    together: int = 4

    async def deliver(self, deliveries: Sequence[Delivery]) -> None:
        """As a broker calls it."""
        await self([delivery.message for delivery in deliveries])

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Afterwards every one is dealt with: its effect is committed, it is parked, or dead.

        Raises DatabaseUnavailable, Overloaded, BrokerUnavailable, and what a projection raises.
        """
        wanted = [each for each in messages if each.type in self.consumer.types]
        if not wanted:
            return
        if self.consumer.projection is not None:
            await self.consumer.projection(tuple(wanted))
        if self.consumer.effect is not None:
            await self._effects(wanted)
            return
        for message in wanted:
            self.observer.delivered(self.consumer.group, message.occurred_at)

    async def retry(self, limit: int) -> int:
        """Tries those that are parked and due; returns how many. One at a time may do this for a
        group. Raises as above."""
        async with self.begin(_context()) as work:
            due = await work.consumed.due(self.consumer.group, limit=limit)
        for parked in due:
            error = await self._attempt(parked.message, parked=True)
            if error is not None:
                await self._again(parked, error)
        return len(due)

    async def _effects(self, messages: Sequence[Message]) -> None:
        group = self.consumer.group
        keys = {message.aggregate_id for message in messages}
        async with self.begin(_context()) as work:
            known = set(await work.consumed.known(group, [message.id for message in messages]))
            held = set(await work.consumed.with_parked(group, keys))
        fresh: dict[UUID, Message] = {}  # one that was published twice may come twice at once
        for message in messages:
            if message.id not in known:
                fresh.setdefault(message.id, message)
        for passed in await self._pass_by(
            [each for each in fresh.values() if each.aggregate_id not in held]
        ):
            del fresh[passed]
        in_turn: dict[UUID, list[Message]] = {}
        for message in fresh.values():
            in_turn.setdefault(message.aggregate_id, []).append(message)
        room = asyncio.Semaphore(self.together)

        async def one_key(key: UUID) -> None:
            async with room:
                for message in in_turn[key]:
                    if key in held:
                        await self._park(message, attempts=0, error="", pause=timedelta())
                    elif (error := await self._attempt(message)) is not None:
                        if await self._failed(message, error):
                            held.add(key)

        outcomes = await asyncio.gather(*map(one_key, in_turn), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def _pass_by(self, messages: Sequence[Message]) -> Collection[UUID]:
        """The ids of those that are dealt with now, because they do not concern the effect."""
        group, unconcerned = self.consumer.group, self.consumer.unconcerned
        if unconcerned is None or not messages:
            return ()
        try:
            async with self.begin(_context()) as work:
                passed = frozenset(await unconcerned(messages, work))
                for message_id in passed:
                    work.consumed.add(group, message_id)
                await work.commit(None)
        except (AlreadyConsumed, StaleWrite):
            return ()  # somebody else is dealing with some of them: each by itself, then
        for message in messages:
            if message.id in passed:
                self.observer.delivered(group, message.occurred_at)
        return passed

    async def _attempt(self, message: Message, *, parked: bool = False) -> Exception | None:
        """What the effect failed with, unless it is committed now, or was before."""
        effect = self.consumer.effect
        if effect is None:
            raise RuntimeError(f"{self.consumer.group} has no effect")
        try:
            await self._run(effect, message, parked)
        except AlreadyConsumed:
            if parked:
                await self._unpark(message)
        except (DatabaseUnavailable, Overloaded):
            raise
        except Exception as error:
            return error
        return None

    async def _run(self, effect: Effect, message: Message, parked: bool) -> None:
        group = self.consumer.group
        ctx = _context(message.request_id)
        for run in range(_RUNS):
            try:
                async with self.begin(ctx) as work:
                    work.consumed.add(group, message.id)
                    if parked:
                        work.consumed.unpark(group, message.id)
                    await effect(message, work, ctx)
                    await work.commit(None)
                self.observer.delivered(group, message.occurred_at)
                return
            except StaleWrite:
                # Others changed what it had read. Spread out, so that all get through.
                await asyncio.sleep(random.uniform(0, 0.01 * 2**run))  # nosec B311
        raise Conflict(retry_after=1)

    async def _failed(self, message: Message, error: Exception) -> bool:
        """For the first time; answers whether it is parked."""
        said, final = _said(error), self.consumer.attempts <= 1
        self._tell(message, 1, said, final)
        if final:
            await self._bury(message, 1, said)
        else:
            await self._park(message, attempts=1, error=said, pause=self.pause)
        return not final

    async def _again(self, parked: ParkedMessage, error: Exception) -> None:
        message, attempts, said = parked.message, parked.attempts + 1, _said(error)
        final = attempts >= self.consumer.attempts
        self._tell(message, attempts, said, final)
        if final:
            await self._bury(message, attempts, said)
            return
        pause = min(self.pause * 2 ** min(attempts - 1, 30), self.longest_pause)
        failed = ParkedMessage(message=message, attempts=attempts, error=said)
        async with self.begin(_context(message.request_id)) as work:
            until = await work.now() + pause
            work.consumed.postpone(self.consumer.group, failed, until=until)
            await work.commit(None)

    async def _park(self, message: Message, *, attempts: int, error: str, pause: timedelta) -> None:
        parked = ParkedMessage(message=message, attempts=attempts, error=error)
        async with self.begin(_context(message.request_id)) as work:
            until = await work.now() + pause
            work.consumed.park(self.consumer.group, parked, until=until)
            await work.commit(None)

    async def _unpark(self, message: Message) -> None:
        async with self.begin(_context(message.request_id)) as work:
            work.consumed.unpark(self.consumer.group, message.id)
            await work.commit(None)

    async def _bury(self, message: Message, attempts: int, error: str) -> None:
        """At a broker first: it may be there twice then, but it is not lost."""
        group = self.consumer.group
        if self.broker is not None:
            await self.broker.publish_dead(message, group=group, attempts=attempts, error=error)
        try:
            async with self.begin(_context(message.request_id)) as work:
                work.consumed.add(group, message.id)
                work.consumed.unpark(group, message.id)
                work.consumed.bury(group, message, attempts=attempts, error=error)
                await work.commit(None)
        except AlreadyConsumed:
            await self._unpark(message)

    def _tell(self, message: Message, attempts: int, error: str, final: bool) -> None:
        self.observer.delivery_failed(
            self.consumer.group, message.type, str(message.id), attempts, error, final=final
        )


def _context(request_id: str = "messages") -> Context:
    """The system's, with the request id of the call that the message comes of."""
    return Context.system(request_id, priority=Priority.LIST)


def _said(error: Exception) -> str:
    """Names, and no contents: an error of ours by its reason."""
    return error.reason if isinstance(error, AppError) else f"{type(error).__name__}: {error}"
