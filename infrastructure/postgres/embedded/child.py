"""Child processes that do not outlive this one."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from infrastructure.postgres.embedded.account import Account

_PR_SET_PDEATHSIG = 1

# A clean environment: no PG* variable changes the server, and it sees none of our secrets.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class Child:
    """A running program, and a thread that lives exactly as long as it does.

    Linux sends the parent-death signal when the *thread* that forked ends, not the process.
    So each child is forked by a thread of its own, which then waits for it: the signal
    comes when this process dies, however it dies, and never before.

    Elsewhere than on Linux a child survives a SIGKILL of this process.
    """

    def __init__(
        self, command: Sequence[str], *, cwd: Path, account: Account | None, log: int, keep: int
    ) -> None:
        """Start ``command`` in folder ``cwd``, as ``account``, writing to descriptor ``log``.

        The child and its own children hold descriptor ``keep`` open while they live.
        Raises ``OSError`` when it cannot be started.
        """
        self.exited: Future[int] = Future()
        self.exited.set_running_or_notify_cancel()  # whoever stops waiting cannot cancel it
        started: Future[subprocess.Popen[bytes]] = Future()
        options = (command, cwd, account, log, keep)
        threading.Thread(
            target=self._tend, args=(started, *options), name="embedded-postgres", daemon=True
        ).start()
        self._process = started.result()
        self.pid = self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens if the child is gone."""
        self._process.send_signal(number)

    def _tend(
        self,
        started: Future[subprocess.Popen[bytes]],
        command: Sequence[str],
        cwd: Path,
        account: Account | None,
        log: int,
        keep: int,
    ) -> None:
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(keep,),
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else (),
                umask=0o077,
                # Ctrl-C in a terminal is for us: the server stops when we tell it to.
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )
        except BaseException as error:
            started.set_exception(error)
            return
        started.set_result(process)
        self.exited.set_result(process.wait())


def _die_with(parent: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    # Looked up before the fork: between fork and exec as little as possible may happen.
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def arrange() -> None:
        # After the change of user, which clears this setting. SIGINT is a "fast" shutdown.
        prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # it died before we asked: no signal will come
            os._exit(1)

    return arrange
