"""What happens when a process dies that should not have."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from infrastructure.postgres.embedded import EmbeddedPostgres
from infrastructure.postgres.embedded.child import Child
from infrastructure.postgres.embedded.locks import postmaster
from tests.adapters.embedded_postgres.asking import ask
from tests.adapters.embedded_postgres.parent_process import Parent

linux = pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")


def running(pid: int) -> bool:
    """Whether the process lives (a zombie, which nobody has waited for, does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true within a minute."""
    until = time.monotonic() + 60
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.002)
    return True


@linux
async def test_killing_the_parent_stops_the_server_and_keeps_the_data(
    folder: Path, start_parent: Callable[..., Parent]
) -> None:
    parent = start_parent()
    parent.wait_until_up()
    pid = postmaster(folder / "cluster")
    assert pid is not None and running(pid)
    # It is out of reach of a Ctrl-C in our terminal, which goes to our process group.
    assert os.getpgid(pid) != os.getpgid(parent.process.pid)
    parent.kill()
    # At once, while the old server may still be shutting down and its parent is a zombie.
    async with EmbeddedPostgres(folder) as server:
        assert not running(pid)
        assert await ask(server, "SELECT text FROM note") == "kept"
    parent.reap()


@linux
async def test_a_crash_of_everything_is_recovered(
    folder: Path, start_parent: Callable[..., Parent]
) -> None:
    parent = start_parent()
    parent.wait_until_up()
    pid = postmaster(folder / "cluster")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    parent.kill()
    parent.reap()
    # The number in postmaster.pid now belongs to somebody else of the server's own user.
    owner = (folder / "cluster").stat().st_uid
    stranger = subprocess.Popen(["sleep", "60"], user=owner)
    file = folder / "cluster" / "postmaster.pid"
    assert file.exists()
    file.write_text(file.read_text().replace(str(pid), str(stranger.pid), 1))
    try:
        async with EmbeddedPostgres(folder) as server:
            assert await ask(server, "SELECT text FROM note") == "kept"
    finally:
        stranger.kill()
        stranger.wait()
    assert "not properly shut down" in (folder / "server.log").read_text()


@linux
async def test_a_kill_in_the_middle_of_the_first_start_leaves_no_half_cluster(
    folder: Path, start_parent: Callable[..., Parent]
) -> None:
    parent = start_parent()
    assert eventually((folder / "new" / "cluster" / "PG_VERSION").exists)
    parent.kill()
    parent.reap()
    # Whoever was slow to kill finds the start at its end; there is no half of one either way.
    assert (folder / "cluster").exists() != (folder / "new" / "cluster").exists()
    async with EmbeddedPostgres(folder) as server:
        assert await ask(server, "SELECT 1") == 1
    assert not (folder / "new").exists()


async def test_an_end_that_nobody_asked_for_is_logged(
    used: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        async with EmbeddedPostgres(used):
            pid = postmaster(used / "cluster")
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            async with asyncio.timeout(60):
                while "ended with status -9" not in caplog.text:
                    await asyncio.sleep(0.01)


@linux
def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    children: list[Child] = []
    descriptor = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    thread = threading.Thread(
        target=lambda: children.append(
            Child(["sleep", "60"], cwd=tmp_path, account=None, log=descriptor, keep=descriptor)
        )
    )
    thread.start()
    thread.join()
    os.close(descriptor)
    (child,) = children
    time.sleep(0.2)  # the signal of the kernel, if it came, would be there at once
    assert not child.exited.done()
    child.send(signal.SIGKILL)
    assert child.exited.result(timeout=60) == -signal.SIGKILL
