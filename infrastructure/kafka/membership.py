"""A member of a group of consumers: reads, hands over, commits, and starts again when it must."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]
from aiokafka.abc import ConsumerRebalanceListener  # type: ignore[import-untyped]
from aiokafka.errors import IllegalStateError, KafkaError  # type: ignore[import-untyped]

from application.messaging.message import Message
from application.ports.broker import Delivery, Handle, Subscription
from infrastructure.kafka.config import KafkaConfig
from infrastructure.kafka.records import Place, message_of
from shared.pauses import GrowingPause

_logger = logging.getLogger(__name__)

_REBALANCE_SECONDS = 30.0

Records = Mapping[Any, Sequence[Any]]
"""By partition, as the library gives them."""

Bury = Callable[[Any, str], Awaitable[None]]
"""Sends a record that is no message of ours to the dead letters, with what is wrong with it."""

Note = Callable[[Message, Place], None]


class _Idle(ConsumerRebalanceListener):  # type: ignore[misc]
    """Partitions are given away between two batches, never in the middle of one: the next member
    begins when we have committed. Set by hand."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.event.set()

    async def on_partitions_revoked(self, revoked: object) -> None:
        await self.event.wait()

    async def on_partitions_assigned(self, assigned: object) -> None:
        """They begin where the group has committed."""


class Membership(Subscription):
    """`bury` and `note` are told about what is no message of ours, and about what is."""

    def __init__(
        self,
        config: KafkaConfig,
        group: str,
        topics: Sequence[str],
        handle: Handle,
        *,
        batch: int,
        bury: Bury,
        note: Note,
    ) -> None:
        self._config = config
        self._group = group
        self._topics = topics
        self._handle = handle
        self._batch = batch
        self._bury = bury
        self._note = note
        self._idle = _Idle()
        self._closing = False
        self._pause = GrowingPause()
        self._leaving: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._run(), name=f"kafka group {group}")

    async def close(self) -> None:
        """What is being handled is ended and committed, if that is soon."""
        self._closing = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.event.wait(), self._config.timeout_seconds)
        self._task.cancel()
        await asyncio.wait({self._task})
        if self._leaving is not None:
            await self._leaving

    async def _run(self) -> None:
        while not self._closing:
            try:
                await self._be_a_member()
            except KafkaError as error:
                # Also when the group went on without us: what we had read is no longer ours.
                _logger.warning("group %s begins again: %r", self._group, error)
            except Exception:
                _logger.exception("group %s begins again", self._group)
            await self._wait()

    async def _be_a_member(self) -> None:
        session_ms = round(self._config.session_seconds * 1000)
        consumer = AIOKafkaConsumer(
            **self._config.client_options(),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=session_ms // 4,
            rebalance_timeout_ms=max(session_ms, round(_REBALANCE_SECONDS * 1000)),
        )
        try:
            consumer.subscribe(self._topics, listener=self._idle)
            await consumer.start()
            while not self._closing:
                records = await consumer.getmany(timeout_ms=1000, max_records=self._batch)
                if records and not self._closing:
                    # No await since they were taken: they are of the present assignment.
                    await self._deal_with(consumer, records)
        finally:
            self._idle.event.set()
            # Not to be cancelled in the middle: half a member would keep its partitions forever.
            self._leaving = asyncio.create_task(_leave(consumer, self._config.timeout_seconds))
            await asyncio.shield(self._leaving)

    async def _deal_with(self, consumer: Any, records: Records) -> None:
        self._idle.event.clear()
        try:
            await self._hand_over(records)
        except Exception as error:
            _logger.warning("group %s gets a batch again: %r", self._group, error)
            for partition, each in records.items():
                with suppress(IllegalStateError):  # not ours any more
                    consumer.seek(partition, each[0].offset)
            self._idle.event.set()
            await self._wait()
        else:
            await consumer.commit({key: each[-1].offset + 1 for key, each in records.items()})
            self._pause.reset()
        finally:
            self._idle.event.set()

    async def _hand_over(self, records: Records) -> None:
        deliveries = []
        for each in (record for some in records.values() for record in some):
            try:
                message = message_of(each.headers, each.value)
            except ValueError as error:
                await self._bury(each, str(error))
                continue
            place = Place(topic=each.topic, partition=each.partition, offset=each.offset)
            self._note(message, place)
            deliveries.append(Delivery(message=message))
        if deliveries:
            await self._handle(deliveries)

    async def _wait(self) -> None:
        """Longer each time, until something works again."""
        if not self._closing:
            await asyncio.sleep(self._pause.next())


async def _leave(consumer: Any, seconds: float) -> None:
    """Tells the group, which then need not wait for our silence."""
    try:
        async with asyncio.timeout(seconds):
            await consumer.stop()
    # Cancelled is what the library itself has cancelled and awaits.
    except (KafkaError, TimeoutError, asyncio.CancelledError) as error:
        _logger.warning("a group was left without a word: %r", error)
        coordinator = consumer._coordinator
        if coordinator is not None:  # what is left of it would go on saying that we are there
            for task in (coordinator._heartbeat_task, coordinator._coordination_task):
                if task is not None:
                    task.cancel()
        await consumer._client.close()
