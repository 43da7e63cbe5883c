"""A server on a free port of the loopback that keeps its port and data when it is started again."""

import signal
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.services.process import Process, ServiceError

_POLL_SECONDS = 0.05
_GENTLE_SECONDS = 20.0
_given: set[int] = set()


class Server(ABC):
    """Not started yet. Blocking: call it from a thread where a loop runs."""

    name: str
    patience_seconds = 120.0

    def __init__(self, folder: Path) -> None:
        """Everything it writes goes to `folder`, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._process: Process | None = None
        self.port = free_port()
        self.start_seconds = 0.0
        """How long the last start took."""

    @property
    @abstractmethod
    def url(self) -> str: ...

    @property
    def log(self) -> Path:
        return self._folder / "log"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    def start(self) -> None:
        """Done when it answers. Raises ServiceError, with what to install or what it said."""
        if self.is_running:
            raise ServiceError(f"{self.name} runs already")
        self.require()
        began = time.monotonic()
        command = self._prepare()
        self._process = self._run(command)
        while not self._answers():
            late = time.monotonic() > began + self.patience_seconds
            if late or not self._process.is_running:
                self.kill()
                how = f"did not answer within {self.patience_seconds} s" if late else "ended"
                said = self.log.read_text(errors="replace")[-4000:]
                raise ServiceError(f"{self.name} {how}: {command}\n{said}")
            time.sleep(_POLL_SECONDS)
        self.start_seconds = time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL; nothing happens if it does not run."""
        if self._process is not None:
            self._process.send(signal.SIGKILL)
            if not self._process.wait(_GENTLE_SECONDS):
                raise ServiceError(f"{self.name} survives SIGKILL")
            self._process = None

    def stop(self) -> None:
        """Asks it to end, and insists."""
        if self._process is not None:
            self.thaw()
            self._process.send(signal.SIGTERM)
            self._process.wait(_GENTLE_SECONDS)
            self.kill()

    def restart(self) -> None:
        """As after a crash."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """It still takes connections, or rather the kernel does, and says nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    @abstractmethod
    def require(self) -> None:
        """Raises ServiceError, with what to install, if its programs are not there. Fetches what
        can be fetched."""

    @abstractmethod
    def _prepare(self) -> Sequence[str]:
        """Writes what it needs and returns the command; also called when it is started again."""

    @abstractmethod
    def _answers(self) -> bool: ...

    def _environment(self) -> Mapping[str, str]:
        return {}

    def _run(self, command: Sequence[str]) -> Process:
        return Process(command, folder=self._folder, log=self.log, environment=self._environment())

    def _says(self, request: bytes, expected: bytes) -> bool:
        """Whether the answer to `request` begins as it should."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(request)
                return connection.recv(64).startswith(expected)
        except OSError:
            return False

    def _send(self, number: signal.Signals) -> None:
        if self._process is None:
            raise ServiceError(f"{self.name} does not run")
        self._process.send(number)


def free_port() -> int:
    """Another one each time: it is not taken at once, and the kernel may give it out again."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port
