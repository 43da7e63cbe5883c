"""What the kernel says about processes and their connections (Linux)."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ESTABLISHED, _LISTENING = "01", "0A"
_GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def children(pid: int) -> dict[int, str]:
    """The living ones: process id → command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == pid and state != "Z":
            found[int(folder.name)] = command
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Meanwhile it does nothing, however long anything takes."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def connections(pid: int, port: int) -> int:
    """How many clients are connected to `port` of this machine at process `pid`."""
    return len(_sockets(port, _ESTABLISHED) & _inodes(pid))


def listens(pid: int, port: int) -> bool:
    """Never, when it has ended."""
    return bool(_sockets(port, _LISTENING) & _inodes(pid))


def is_served(port: int) -> bool:
    """Whether anybody on this machine listens on `port`."""
    return bool(_sockets(port, _LISTENING))


def _sockets(port: int, state: str) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[1].rpartition(":")[2], 16) == port and fields[3] == state:
                found.add(fields[9])
    return found


def _inodes(pid: int) -> set[str]:
    """None of a process that has ended meanwhile."""
    found = set()
    with suppress(*_GONE):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(*_GONE):
                target = str(link.readlink())
                if target.startswith("socket:["):
                    found.add(target[8:-1])
    return found
