"""A closed loop: each connection sends its next request when the last one is answered."""

import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from bench.figures import percentile
from bench.load.job import Outcome
from bench.load.wire import Wire


@dataclass(slots=True)
class _Caller:
    socket: socket.socket
    wire: Wire
    sent: float = 0.0


def closed_loop(
    port: int, wires: Callable[[], Wire], connections: int, seconds: float, first: int = 0
) -> Outcome:
    """`first` is the number of the first request. Raises OSError where nobody listens. A connection
    that breaks is not opened again."""
    selector = selectors.DefaultSelector()
    latencies: list[float] = []
    refused = broken = 0
    number = first
    callers = [_open(port, wires()) for _ in range(connections)]
    started = perf_counter()
    until = started + seconds
    for caller in callers:
        selector.register(caller.socket, selectors.EVENT_READ, caller)
        caller.sent = perf_counter()
        caller.socket.sendall(caller.wire.hello() + caller.wire.request(number))
        number += 1
    while (now := perf_counter()) < until and selector.get_map():
        for key, _ in selector.select(until - now):
            caller = key.data
            try:
                data = caller.socket.recv(65536)
                if not data:
                    raise ConnectionError
                granted, back = caller.wire.feed(data)
                if granted is not None:
                    now = perf_counter()
                    latencies.append(now - caller.sent)
                    refused += not granted
                    caller.sent = now
                    back += caller.wire.request(number)
                    number += 1
                if back:
                    caller.socket.sendall(back)
            except (ConnectionError, ValueError):
                broken += 1
                selector.unregister(caller.socket)
    took = perf_counter() - started
    for caller in callers:
        caller.socket.close()
    return Outcome(
        done=len(latencies),
        seconds=took,
        p50=percentile(latencies, 0.5) * 1000 if latencies else 0,
        p99=percentile(latencies, 0.99) * 1000 if latencies else 0,
        refused=refused,
        broken=broken,
    )


def _open(port: int, wire: Wire) -> _Caller:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _Caller(connection, wire)
