"""The page that is scraped: the figures of all processes, and what waits in the database."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from application.ports.backlog import Backlog, Backlogs
from core.metrics import Metrics
from core.metrics_folder import is_shared
from shared.errors import AppError

_logger = logging.getLogger(__name__)

_FRESH: Final = 1.0
"""Seconds a page is good for, however many ask for it."""
_PATIENCE: Final = 2.0
"""Seconds that the database gets to say what waits."""


class MetricsPage:
    """A database that does not answer leaves its own figures out, and no more."""

    def __init__(
        self,
        metrics: Metrics,
        backlogs: Backlogs,
        *,
        fresh_seconds: float = _FRESH,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._metrics = metrics
        self._backlogs = backlogs
        self._fresh_seconds = fresh_seconds
        self._clock = clock
        self._making = asyncio.Lock()
        self._page, self._good_until = b"", 0.0

    async def __call__(self) -> bytes:
        """Text in the format of Prometheus; made at most once in `fresh_seconds`."""
        async with self._making:
            if self._clock() >= self._good_until:
                backlog = await self._backlog()
                self._metrics.flush()
                self._page = await asyncio.to_thread(self._written, backlog)
                self._good_until = self._clock() + self._fresh_seconds
            return self._page

    async def _backlog(self) -> Backlog | None:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._backlogs.look()
        except (AppError, TimeoutError) as error:
            _logger.warning("what waits in the database is not known: %r", error)
            return None

    def _written(self, backlog: Backlog | None) -> bytes:
        registry = self._metrics.registry
        if is_shared():
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry) + generate_latest(_Waiting(backlog))


class _Waiting(CollectorRegistry):
    """What a backlog says, as a registry of its own: it is of no process."""

    def __init__(self, backlog: Backlog | None) -> None:
        super().__init__()
        self._backlog = backlog

    def collect(self) -> Iterator[GaugeMetricFamily]:
        backlog = self._backlog
        answers = GaugeMetricFamily("holdfast_database_up", "1 if the database told what waits.")
        answers.add_metric([], 0.0 if backlog is None else 1.0)
        yield answers
        if backlog is None:
            return
        count = GaugeMetricFamily(
            "holdfast_backlog", "What waits to be done; 10000: that many or more.", labels=["of"]
        )
        age = GaugeMetricFamily(
            "holdfast_backlog_oldest_seconds", "Since when the first of it waits.", labels=["of"]
        )
        for name in ("inbox", "payments", "refunds", "outbox", "webhooks"):
            waiting = getattr(backlog, name)
            count.add_metric([name], waiting.count)
            age.add_metric([name], waiting.oldest_seconds)
        attention = GaugeMetricFamily(
            "holdfast_attention_open", "What waits for a person, by its kind.", labels=["kind"]
        )
        for kind, number in backlog.attention.items():
            attention.add_metric([kind], number)
        lag = GaugeMetricFamily(
            "holdfast_log_lag",
            "Messages a reader of the log has before it; 10000: that many or more.",
            labels=["reader"],
        )
        lag_age = GaugeMetricFamily(
            "holdfast_log_lag_oldest_seconds", "Age of the first of them.", labels=["reader"]
        )
        for reader, waiting in backlog.readers.items():
            lag.add_metric([reader], waiting.count)
            lag_age.add_metric([reader], waiting.oldest_seconds)
        parked = GaugeMetricFamily(
            "holdfast_messages_parked",
            "Messages whose effect failed and is tried again, and those behind them.",
            labels=["group"],
        )
        parked_age = GaugeMetricFamily(
            "holdfast_messages_parked_oldest_seconds", "Age of the oldest.", labels=["group"]
        )
        for group, waiting in backlog.parked.items():
            parked.add_metric([group], waiting.count)
            parked_age.add_metric([group], waiting.oldest_seconds)
        dead = GaugeMetricFamily(
            "holdfast_dead_letters", "Messages a group of consumers gave up.", labels=["group"]
        )
        for group, number in backlog.dead.items():
            dead.add_metric([group], number)
        yield from (count, age, attention, lag, lag_age, parked, parked_age, dead)


@asynccontextmanager
async def told_to_others(metrics: Metrics, *, every: float = _FRESH) -> AsyncIterator[None]:
    """Meanwhile other processes can read the figures of this one, where they share them."""
    if not is_shared():
        yield
        return

    async def tell() -> None:
        while True:
            metrics.flush()
            await asyncio.sleep(every)

    telling = asyncio.create_task(tell(), name="metrics")
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        metrics.flush()
