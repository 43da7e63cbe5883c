"""A member of a group of consumers: reads, hands over, acknowledges, begins again when it must."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from application.ports.broker import Delivery, Handle, Subscription
from infrastructure.rabbitmq.config import FAILURES, RabbitMqConfig
from infrastructure.rabbitmq.envelopes import delivery_of
from infrastructure.rabbitmq.topology import declare_exchanges, declare_group
from shared.pauses import GrowingPause

_logger = logging.getLogger(__name__)

Bury = Callable[[AbstractIncomingMessage, str], Awaitable[None]]
"""Sends what is no message of ours to the dead letters, with what is wrong with it."""

_Incoming = asyncio.Queue[AbstractIncomingMessage | None]
"""None says that no more will come."""


class _Lost(Exception):
    """The channel; what was read on it and not acknowledged is no longer ours."""


class Membership(Subscription):
    """One channel, on which the tags of everything delivered grow: a batch is acknowledged with its
    last one. RabbitMQ gives each queue to one member at a time; the others wait."""

    def __init__(
        self,
        config: RabbitMqConfig,
        group: str,
        topics: Sequence[str],
        handle: Handle,
        *,
        batch: int,
        bury: Bury,
    ) -> None:
        self._config = config
        self._group = group
        self._topics = topics
        self._handle = handle
        self._batch = batch
        self._bury = bury
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False
        self._pause = GrowingPause()
        self._leaving: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._run(), name=f"rabbitmq group {group}")

    async def close(self) -> None:
        """What is being handled is ended and acknowledged, if that is soon."""
        self._closing = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), self._config.timeout_seconds)
        self._task.cancel()
        await asyncio.wait({self._task})
        if self._leaving is not None:
            await self._leaving

    async def _run(self) -> None:
        while not self._closing:
            try:
                await self._be_a_member()
            except (*FAILURES, _Lost) as error:
                _logger.warning("group %s begins again: %r", self._group, error)
            except Exception:
                _logger.exception("group %s begins again", self._group)
            await self._wait()

    async def _be_a_member(self) -> None:
        connection = await self._config.connect()
        try:
            async with asyncio.timeout(self._config.timeout_seconds):
                channel = await connection.channel()
                incoming = await self._consume(channel)
            while not self._closing:
                await self._deal_with(channel, await self._next(channel, incoming))
        finally:
            # The server hears of it in order: first what was acknowledged, then that we are gone.
            self._leaving = asyncio.create_task(connection.close())
            await asyncio.shield(self._leaving)

    async def _consume(self, channel: AbstractChannel) -> _Incoming:
        incoming = _Incoming()

        async def arrived(message: AbstractIncomingMessage) -> None:
            incoming.put_nowait(message)

        # A batch waits here while another is dealt with.
        await channel.set_qos(prefetch_count=2 * self._batch)
        channel.close_callbacks.add(lambda *_: incoming.put_nowait(None))
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda _: incoming.put_nowait(None))
        exchanges = await declare_exchanges(channel)
        for topic in self._topics:
            queue = await declare_group(channel, exchanges, topic, self._group)
            await queue.consume(arrived)
        return incoming

    async def _next(
        self, channel: AbstractChannel, incoming: _Incoming
    ) -> list[AbstractIncomingMessage]:
        """What is there, a whole batch at most."""
        found: list[AbstractIncomingMessage] = []
        while not found or (len(found) < self._batch and not incoming.empty()):
            message = await incoming.get()
            if message is None or channel.is_closed:
                raise _Lost("the channel was closed")
            found.append(message)
        return found

    async def _deal_with(
        self, channel: AbstractChannel, batch: Sequence[AbstractIncomingMessage]
    ) -> None:
        """As often as it takes. It is not given back: that would count against the delivery limit,
        and others would overtake it."""
        deliveries = await self._read(batch)
        while not self._closing:
            self._idle.clear()
            try:
                if deliveries:
                    await self._handle(deliveries)
                if not channel.is_closed:
                    await batch[-1].ack(multiple=True)
            except Exception as error:
                _logger.warning("group %s gets a batch again: %r", self._group, error)
            else:
                self._pause.reset()
                return
            finally:
                self._idle.set()
            await self._wait()
            if channel.is_closed:
                raise _Lost("the channel was closed meanwhile")

    async def _read(self, batch: Sequence[AbstractIncomingMessage]) -> list[Delivery]:
        deliveries = []
        for each in batch:
            try:
                deliveries.append(delivery_of(each))
            except ValueError as error:
                await self._bury(each, str(error))
        return deliveries

    async def _wait(self) -> None:
        """Longer each time, until something works again."""
        if not self._closing:
            await asyncio.sleep(self._pause.next())
