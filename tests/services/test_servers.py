"""The servers themselves: what they keep, and that they end with who started them."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.services import RabbitMq, Redis, Server, ServiceError


def ask(server: Server, request: bytes, *, patience: float = 60) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as connection:
        connection.sendall(request)
        return connection.recv(4096)


@pytest.fixture
def server(tmp_path: Path) -> Redis:
    return Redis(tmp_path)


def test_it_keeps_port_and_data(server: Redis) -> None:
    server.start()
    try:
        port = server.port
        assert ask(server, b"SET a kept\r\n") == b"+OK\r\n"
        server.restart()
        assert server.port == port
        assert ask(server, b"GET a\r\n") == b"$4\r\nkept\r\n"
        with pytest.raises(ServiceError, match="runs already"):
            server.start()
    finally:
        server.kill()
    assert not server.is_running
    with pytest.raises(ConnectionRefusedError):
        ask(server, b"PING\r\n")


def test_it_freezes(server: Redis) -> None:
    server.start()
    try:
        server.freeze()
        with pytest.raises(TimeoutError):
            ask(server, b"PING\r\n", patience=2)
        server.thaw()
        assert ask(server, b"PING\r\n") == b"+PONG\r\n"
        server.stop()
        assert not server.is_running
    finally:
        server.kill()


def test_one_that_ends_says_why(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "port", "no-port")
    with pytest.raises(ServiceError, match="Redis ended.*(?s:.*)argument"):
        server.start()
    assert not server.is_running


@pytest.mark.parametrize("kind", [Redis, RabbitMq])
def test_it_ends_with_who_started_it(kind: type[Server], tmp_path: Path) -> None:
    """However that ends, and with everything it has started itself."""
    script = (
        "import sys; from pathlib import Path; from tools.services import *\n"
        f"server = {kind.__name__}(Path(sys.argv[1])); server.start()\n"
        "print(server.port, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        children = {pid for pid, folder in processes().items() if str(tmp_path) in folder}
        assert children and answers(port)
        os.kill(parent.pid, signal.SIGKILL)
    until = time.monotonic() + 60
    while answers(port) or children & set(processes()):
        assert time.monotonic() < until
        time.sleep(0.05)


def processes() -> dict[int, str]:
    """What runs, with the folder that it runs in."""
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            found[int(entry.name)] = os.readlink(entry / "cwd")
        except (ValueError, OSError):
            continue  # no process, or gone, or a corpse
    return found


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
