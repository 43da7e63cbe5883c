"""One supervisor and one server per data folder, by locks the kernel gives back."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from infrastructure.postgres.embedded.errors import EmbeddedPostgresError


class Lock:
    """An exclusive lock on a file, held while any process has this descriptor open.

    A process id in a file may be stale, or reused by a stranger; a lock of the kernel is
    gone with its holders. Not for network file systems without ``flock``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    async def take(self, seconds: float, meanwhile: Callable[[], None] | None = None) -> bool:
        """Whether the lock became ours within ``seconds``; notes our process id in it.

        ``meanwhile`` is called after each try that failed.
        """
        deadline = time.monotonic() + seconds
        while not self._try():
            if time.monotonic() > deadline:
                return False
            if meanwhile is not None:
                meanwhile()
            await asyncio.sleep(0.005)
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, str(os.getpid()).encode(), 0)
        return True

    def _try(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def holder(self) -> str:
        """The process id that the holder noted."""
        return self._path.read_text() or "unknown"

    def close(self) -> None:
        """Let go of our share of the lock; processes that inherited it keep theirs."""
        os.close(self.fd)


async def wait_for_old_server(lock: Lock, cluster: Path, seconds: float) -> None:
    """Take ``lock``, which a server whose supervisor died holds until it has shut down.

    Raises ``EmbeddedPostgresError`` if that takes longer than ``seconds``.
    """

    def interrupt() -> None:
        pid = postmaster(cluster)
        if pid is not None and sys.platform != "linux":  # there its parent's death told it
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)

    if not await lock.take(seconds, meanwhile=interrupt):
        raise EmbeddedPostgresError(
            f"the PostgreSQL of an earlier run (process {postmaster(cluster)}) still uses "
            f"{cluster} after {seconds:g} s: stop it first"
        )
    _forget_stranger(cluster)


def postmaster(cluster: Path) -> int | None:
    """The process id in ``postmaster.pid``; ``None`` without a readable one."""
    lines = _postmaster_file(cluster)
    return int(lines[0]) if lines and lines[0].isdigit() else None


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether the server that is process ``pid`` says that it accepts connections."""
    lines = _postmaster_file(cluster)
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _postmaster_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _forget_stranger(cluster: Path) -> None:
    """Remove ``postmaster.pid`` if its process is alive but is not a server on ``cluster``.

    PostgreSQL itself sees that a process is gone, but takes any living one for a server: in
    a restarted container the same number soon belongs to somebody else. A server works in
    its cluster's folder, so one started by hand on this cluster is recognized and left alone.
    """
    pid = postmaster(cluster)
    if pid is None or sys.platform != "linux":
        return
    try:
        ours = os.path.samestat(os.stat(f"/proc/{pid}/cwd"), cluster.stat())
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return
    if not ours:
        (cluster / "postmaster.pid").unlink()
