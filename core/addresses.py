"""Sockets to listen on, and where clients reach them."""

import errno
import socket

from core.errors import StartError


def bound(host: str, port: int, *, face: str, setting: str) -> socket.socket:
    """A bound socket, so that port 0 has a number and a port in use is noticed first.

    Raises StartError, which names the `setting` to change.
    """
    return _bound(host, port, face, setting, shared=False)


def reserved(host: str, port: int, *, face: str, setting: str) -> socket.socket:
    """A port for several processes of ours, kept as long as this socket is open, which itself never
    listens: each process listens on a socket of its own (`joined`), and the kernel spreads the
    connections over them by hash.

    Raises StartError where anybody else listens: sharing is for one supervisor's processes.
    """
    if port:
        # Two that share see no conflict, so somebody who does not share looks first.
        bound(host, port, face=face, setting=setting).close()
    return _bound(host, port, face, setting, shared=True)


def joined(host: str, port: int, face: str = "REST") -> socket.socket:
    """One more socket on a port that is reserved. Raises StartError."""
    return _bound(host, port, face, f"{face.upper()}__PORT", shared=True)


def reachable_url(host: str, port: int) -> str:
    """Where a client on this machine reaches what listens on `host`."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # nosec B104: only shown
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def metrics_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"{reachable_url(host, port)}/metrics"


def _bound(host: str, port: int, face: str, setting: str, *, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
        raise StartError(
            f"{face} cannot listen: {host}:{port} {reason}; choose another with {setting}"
        ) from error
    return made
