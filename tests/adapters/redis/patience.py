"""How long whoever asks Redis waits: for long while it is there, or a busy host would look like a
dead server, and not for long while it says nothing."""

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, Final, TypeVar

import pytest

from infrastructure.redis import server as module
from infrastructure.redis.server import RedisServer

T = TypeVar("T")

LONG: Final = 20.0


def wait_for(server: RedisServer, seconds: float) -> None:
    """As if it had been made with that timeout."""
    server._timeout_seconds = seconds
    pool = server._redis.connection_pool
    pool.timeout = seconds  # type: ignore[attr-defined]
    pool.connection_kwargs |= {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    for each in (*pool._available_connections, *pool._in_use_connections):
        each.socket_timeout = each.socket_connect_timeout = seconds


def at_once(call: Coroutine[Any, Any, T]) -> T:
    """What it comes to without waiting, not even for the next turn of the event loop."""
    try:
        call.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    call.close()
    raise AssertionError("it waits")


def use_time_of_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that are made from now on leave alone for as long as the running loop says."""
    clock = SimpleNamespace(monotonic=asyncio.get_running_loop().time)
    monkeypatch.setattr(module, "time", clock)
