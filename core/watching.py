"""Who watches this process: the log always, and the figures where they are wanted."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from stamina.instrumentation import StructlogOnRetryHook, set_on_retry_hooks

from application.app import Application
from application.ports.backlog import Backlogs
from application.ports.observer import Observer
from core.settings import Settings
from core.settings_payment import PROVIDER_NAMES
from core.telemetry import LogObserver, Observers

Pools = Mapping[str, Callable[[], tuple[int, int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """`page` is the text for Prometheus. `vitals` says where the state of this process is read,
    once there is something to read."""

    observer: Observer
    page: Callable[[], Awaitable[bytes]] | None
    vitals: Callable[[Application, Pools], None]


async def watch(settings: Settings, backlogs: Backlogs, stack: AsyncExitStack) -> Watching:
    set_on_retry_hooks([StructlogOnRetryHook])  # else it counts them, in a registry of its own
    log = LogObserver(PROVIDER_NAMES)
    if not settings.metrics.enabled:
        return Watching(observer=log, page=None, vitals=lambda application, pools: None)

    from core.metrics import Metrics, Vitals  # their library: for those who count
    from core.metrics_page import MetricsPage, told_to_others

    metrics = Metrics(PROVIDER_NAMES)

    def vitals(application: Application, pools: Pools) -> None:
        in_flight = application.webhooks.receive.pipeline.in_flight
        metrics.watch(Vitals(in_flight=lambda: in_flight.under_way, pools=pools))

    await stack.enter_async_context(told_to_others(metrics))
    return Watching(
        observer=Observers(log, metrics), page=MetricsPage(metrics, backlogs), vitals=vitals
    )
