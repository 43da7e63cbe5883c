"""A server as a process of its own: started, waited for, stopped; its log in a file."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.model import Broken

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS, _STOP_SECONDS = 60.0, 15.0


class Server:
    """`arguments` are for this Python. Nothing of our environment that could be a setting reaches
    it. It listens on `ports` when it is ready."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        folder: Path,
        ports: Sequence[int],
    ) -> None:
        self.name = name
        self._arguments = arguments
        self._environment = environment
        self._folder = folder
        self._ports = ports
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None

    @property
    def log(self) -> Path:
        return self._folder / f"{self.name}.log"

    async def start(self) -> None:
        """Raises Broken when it does not listen within a minute."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if "__" not in name and name not in ("DATA_DIR", "SECRET_KEY")
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=self._folder,  # a .env file of the project stays out
                env={**kept, "PYTHONPATH": str(ROOT), **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        for port in self._ports:
            while not _listens(port):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    await self.stop()
                    raise Broken(f"{self.name} did not start:\n{self._said()}")
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Whatever happens, none of its processes is left."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, _STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):  # the usual case: all have ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def check(self) -> None:
        """Raises Broken when it has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise Broken(f"{self.name} ended while it was measured:\n{self._said()}")

    def _said(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
