"""Child processes that end with this one, however it ends (on Linux)."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

_PR_SET_PDEATHSIG = 1


class ServiceError(Exception):
    """A server that cannot be started: what is missing, or the end of what it said."""


class Process:
    """A running program. Linux sends the parent-death signal when the *thread* that forked ends, so
    each is forked by a thread of its own, which lives exactly as long as it does."""

    def __init__(
        self, command: Sequence[str], *, folder: Path, log: Path, environment: Mapping[str, str]
    ) -> None:
        """Starts `command` in `folder`; what it says is appended to `log`. It sees nothing of our
        environment but PATH. Raises OSError."""
        self._exited = threading.Event()
        started: Future[subprocess.Popen[bytes]] = Future()
        options = (list(command), folder, log, {"PATH": os.environ["PATH"], **environment})
        threading.Thread(target=self._tend, args=(started, *options), daemon=True).start()
        self._process = started.result()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return not self._exited.is_set()

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Whether it ended in time."""
        return self._exited.wait(seconds)

    def _tend(
        self,
        started: Future[subprocess.Popen[bytes]],
        command: list[str],
        folder: Path,
        log: Path,
        environment: dict[str, str],
    ) -> None:
        try:
            with log.open("ab") as said:
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    # Ctrl-C in a terminal is for us.
                    start_new_session=True,
                    preexec_fn=_die_with(os.getpid()),
                )
        except BaseException as error:
            started.set_exception(error)
            return
        started.set_result(process)
        process.wait()
        self._exited.set()


def _die_with(parent: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    # Looked up before the fork: between fork and exec as little as possible may happen.
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked: no signal will come
            os._exit(1)

    return arrange
