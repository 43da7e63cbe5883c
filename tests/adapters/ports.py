"""Ports that nobody else gets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_port(port: int = 0) -> Iterator[int]:
    """A port of the loopback (a free one, or this one) where nobody listens but who is told of it:
    it is bound here, so the system gives it to no one. Servers may bind it all the same, because
    they reuse addresses on which nobody listens."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", port))
        yield int(keeper.getsockname()[1])
