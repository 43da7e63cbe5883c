"""One of several processes: serves what its supervisor says, and ends when it is gone."""

import asyncio
import ctypes
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import structlog

from core.addresses import joined
from core.alone import load
from core.database import DatabaseAddress
from core.errors import StartError
from core.life import GRACE, live, stop_signal, until_the_end
from core.link import Brief, Report, await_brief, channel, say
from core.logging import configure_logging
from core.settings import Settings
from shared.errors import AppError

_log = structlog.get_logger("holdfast")
_PR_SET_PDEATHSIG = 1


def end_with_supervisor() -> None:
    """However it ends. The supervisor starts members from the thread that lives as long as itself:
    Linux sends the signal when that thread ends. Elsewhere the closed channel is noticed."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def run_member(settings: Settings, *, faces: Sequence[str]) -> NoReturn:
    """Imports first, while the supervisor prepares; then waits to be told what to do."""
    configure_logging(settings.logging.level, settings.logging.format)
    load(rest="rest" in faces, grpc="grpc" in faces, front="front" in faces)
    brief = await_brief()
    if brief is None:
        sys.exit(1)
    live(_front(settings, brief) if brief.upstreams else _serve(settings, brief))


async def _serve(settings: Settings, brief: Brief) -> None:
    from core.serve import Duties, serving

    stop = stop_signal()
    asyncio.get_running_loop().add_reader(channel(), stop.set)
    host = settings.rest.host if brief.host is None else brief.host
    listener = None if brief.rest_port is None else joined(host, brief.rest_port)
    metrics = (
        None
        if brief.metrics_port is None
        else joined(settings.metrics.host, brief.metrics_port, "Metrics")
    )
    duties = Duties(
        rest_url=brief.rest_url,
        listener=listener,
        grpc_port=brief.grpc_port,
        works=brief.works,
        prepares=brief.prepares,
        processes=brief.processes,
        services=brief.services,
        inventory=brief.inventory,
        inventory_listen=brief.inventory_listen,
        front=brief.front,
        host=brief.host,
        metrics=metrics,
    )
    address = DatabaseAddress(url=brief.url, owner_url=brief.owner_url)
    try:
        async with serving(settings, address, duties) as served:
            say(
                Report(
                    grpc_address=served.grpc_address,
                    demo=served.demo,
                    paths=served.paths,
                    operations=served.operations,
                )
            )
            await until_the_end(stop)
            _log.info("stopping", process=brief.name, grace_seconds=GRACE)
    except (StartError, AppError) as error:
        say(Report(problem=str(error)))  # the supervisor tells it, once
        sys.exit(1)
    _log.info("stopped", process=brief.name)


async def _front(settings: Settings, brief: Brief) -> None:
    from core.front import fronting

    stop = stop_signal()
    asyncio.get_running_loop().add_reader(channel(), stop.set)
    if brief.rest_port is None or brief.grpc_port is None:
        raise RuntimeError("a front has both faces")
    try:
        async with fronting(
            settings,
            brief.upstreams,
            joined(settings.rest.host, brief.rest_port),
            grpc_port=brief.grpc_port,
            rest_url=brief.rest_url,
        ) as grpc_address:
            say(Report(grpc_address=grpc_address))
            await until_the_end(stop)
            _log.info("stopping", process=brief.name, grace_seconds=GRACE)
    except (StartError, AppError) as error:
        say(Report(problem=str(error)))
        sys.exit(1)
    _log.info("stopped", process=brief.name)
