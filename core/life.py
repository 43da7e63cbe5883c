"""How a process ends: by a signal, by itself, or because it cannot go on."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Coroutine
from typing import NoReturn

import uvloop

from core.errors import ServingError, StartError
from shared.errors import AppError

GRACE = 6.0
"""Seconds that requests under way get to finish; with the rest of the shutdown below ten."""


def live(main: Coroutine[None, None, None]) -> NoReturn:
    """The whole life of a process. Exits 0 after a drain, 1 if it cannot start or go on."""
    try:
        uvloop.run(main)
    except (StartError, AppError) as error:
        print(f"Holdfast cannot start: {error}", file=sys.stderr)
        sys.exit(1)
    except ServingError as error:
        print(f"Holdfast cannot go on: {error}", file=sys.stderr)
        sys.exit(1)
    sys.exit(0)


def stop_signal() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM; a second one ends the process at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def requested() -> None:
        if stop.is_set():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, requested)
    return stop


async def until_the_end(stop: asyncio.Event, *ended: Awaitable[str]) -> None:
    """Until somebody asks for it. Raises ServingError when one of `ended` answers what this process
    cannot go on without: whoever watches it (a shell, systemd, Kubernetes) then knows, and a
    restart helps."""
    asked = asyncio.ensure_future(stop.wait())
    failed = [asyncio.ensure_future(each) for each in ended]
    try:
        await asyncio.wait({asked, *failed}, return_when=asyncio.FIRST_COMPLETED)
        for each in failed:
            if each.done():
                raise ServingError(each.result())
    finally:
        for task in (asked, *failed):
            task.cancel()
