"""What is counted, and under which names. docs/metrics.md tells what each says.

No label holds an id, an amount, or a word that a stranger chose.
"""

import os
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

from application.messages import Context
from application.ports.observer import CallOutcome, Observer
from core.metrics_tally import SECONDS, Tallies
from domain.webhook.delivery import DeliveryState
from shared.errors import AppError

_OTHER: Final = "other"
"""For a provider that is none."""
_CALL_SECONDS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_AGES: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
_Mode = Literal["livesum", "livemin", "mostrecent"]
"""How the figures of several processes become one."""
_STATM: Final = Path("/proc/self/statm")
_OPEN: Final = Path("/proc/self/fd")

# A series more for each, and nobody asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Where the state of this process is read. A pool tells how many connections are open, how
    many of them are lent, and how many callers wait for one."""

    in_flight: Callable[[], int] = lambda: 0
    pools: Mapping[str, Callable[[], tuple[int, int, int]]] = field(default_factory=dict)


class Metrics(Observer):
    """The figures of one process. `flush` before they are read, and now and then where several
    processes share them."""

    def __init__(self, providers: frozenset[str]) -> None:
        """`providers` are the names that payments may have."""
        self._providers = providers
        self.registry = CollectorRegistry()
        self._vitals = Vitals()
        self._cpu = 0.0

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(name, says, labels, registry=self.registry)

        def gauge(name: str, says: str, *labels: str, mode: _Mode = "livesum") -> Gauge:
            return Gauge(name, says, labels, multiprocess_mode=mode, registry=self.registry)

        self._operations = Tallies(
            Histogram(
                "holdfast_operation_seconds",
                "Time an operation took, by its name, its face and the code of its answer.",
                ("operation", "face", "code"),
                buckets=SECONDS,
                registry=self.registry,
            )
        )
        self._calls = Histogram(
            "holdfast_provider_call_seconds",
            "Time one attempt of a call at a payment provider took, by its outcome.",
            ("provider", "mode", "call", "outcome"),
            buckets=_CALL_SECONDS,
            registry=self.registry,
        )
        self._available = gauge(
            "holdfast_provider_available",
            "1 while a payment provider is asked, 0 while it is left alone.",
            "provider",
            "mode",
            mode="livemin",
        )
        self._webhooks = counter(
            "holdfast_webhooks_refused", "Webhooks that were refused.", "provider", "reason"
        )
        self._sent = Histogram(
            "holdfast_webhook_attempt_seconds",
            "Time one attempt to tell an organizer's endpoint took, by what became of it.",
            ("outcome",),
            buckets=_CALL_SECONDS,
            registry=self.registry,
        )
        self._ages = Histogram(
            "holdfast_message_age_seconds",
            "Age of a message when its effect was committed, by group of consumers.",
            ("group",),
            buckets=_AGES,
            registry=self.registry,
        )
        self._failures = counter(
            "holdfast_message_failures", "Effects of messages that failed.", "group", "final"
        )
        self._mails = counter("holdfast_mails_failed", "Mails that were not sent.", "kind", "final")
        self._reports = gauge(
            "holdfast_reconciliation_timestamp_seconds",
            "When the last report on a provider's ledger was stored.",
            "provider",
            "mode",
            mode="mostrecent",
        )
        self._mismatches = gauge(
            "holdfast_reconciliation_discrepancies",
            "Discrepancies in the last report.",
            "provider",
            "mode",
            mode="mostrecent",
        )
        self._compared = counter(
            "holdfast_reconciliation_compared",
            "Movements compared with a provider's ledger.",
            "provider",
            "mode",
        )
        self._in_flight = gauge("holdfast_calls_in_flight", "Calls under way.")
        self._pool = gauge(
            "holdfast_database_connections",
            "Connections to the database that are open or lent, and callers who wait for one.",
            "pool",
            "state",
        )
        self._processes = gauge("holdfast_processes", "Processes these figures are of.")
        self._memory = gauge("process_resident_memory_bytes", "Resident memory.")
        self._files = gauge("process_open_fds", "Open file descriptors.")
        self._cpu_seconds = counter("process_cpu_seconds", "User and system CPU time.")
        self._started = gauge(
            "process_start_time_seconds", "When the first process started.", mode="livemin"
        )
        self._started.set(time.time())
        self._processes.set(1)

    def watch(self, vitals: Vitals) -> None:
        """From now on, where they are read."""
        self._vitals = vitals

    def flush(self) -> None:
        self._operations.flush()
        self._in_flight.set(self._vitals.in_flight())
        for name, look in self._vitals.pools.items():
            for state, number in zip(("open", "lent", "waiting"), look(), strict=True):
                self._pool.labels(name, state).set(number)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime
        self._cpu_seconds.inc(max(0.0, cpu - self._cpu))
        self._cpu = cpu
        if _STATM.exists():  # Linux
            pages = int(_STATM.read_text().split()[1])
            self._memory.set(pages * os.sysconf("SC_PAGE_SIZE"))
            self._files.set(len(os.listdir(_OPEN)))

    def completed(self, operation: str, ctx: Context, seconds: float) -> None:
        self._operations.note((operation, ctx.face, "OK"), seconds)

    def refused(self, operation: str, ctx: Context, error: AppError, seconds: float) -> None:
        self._operations.note((operation, ctx.face, error.code.value), seconds)

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        self._operations.note((operation, ctx.face, "INTERNAL"), seconds)

    def mail_failed(self, mail_id: str, kind: str, error: str, *, final: bool) -> None:
        self._mails.labels(kind, str(final).lower()).inc()

    def webhook_refused(self, provider: str, reason: str) -> None:
        named = provider if provider in self._providers else _OTHER
        self._webhooks.labels(named, reason).inc()

    def provider_called(
        self, provider: str, live: bool, call: str, outcome: CallOutcome, seconds: float
    ) -> None:
        self._calls.labels(provider, _mode(live), call, outcome.value).observe(seconds)

    def provider_available(self, provider: str, live: bool, available: bool) -> None:
        self._available.labels(provider, _mode(live)).set(int(available))

    def reconciled(self, provider: str, live: bool, compared: int, discrepancies: int) -> None:
        labels = (provider, _mode(live))
        self._reports.labels(*labels).set(time.time())
        self._mismatches.labels(*labels).set(discrepancies)
        self._compared.labels(*labels).inc(compared)

    def delivered(self, group: str, occurred_at: datetime) -> None:
        self._ages.labels(group).observe(max(0.0, time.time() - occurred_at.timestamp()))

    def delivery_failed(
        self, group: str, type: str, message_id: str, attempts: int, error: str, *, final: bool
    ) -> None:
        self._failures.labels(group, str(final).lower()).inc()

    def webhook_sent(self, outcome: DeliveryState, seconds: float) -> None:
        self._sent.labels(outcome.value).observe(seconds)


def _mode(live: bool) -> str:
    return "live" if live else "test"
