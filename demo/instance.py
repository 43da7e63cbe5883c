"""A Holdfast of our own: a child process on free ports, one or several services."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from infrastructure.postgres.embedded.cluster import SUPERUSER

_FOLDER = Path(__file__).resolve().parents[1]
PROGRAMS: Mapping[str, str] = MappingProxyType({"monolith": "main.py", "split": "services_main.py"})
"""By deployment: everything in one process, or each service in one of its own."""
_REST = re.compile(r"^\s*REST\s+(http://\S+?)/api/v1\s*$", re.MULTILINE)
_GRPC = re.compile(r"^\s*gRPC\s+(\S+:\d+)\s*$", re.MULTILINE)
ALL_FROM_HERE: Mapping[str, str] = MappingProxyType(
    {
        "HOLDS__MAX_UNITS_PER_UNVERIFIED_BUYER": "100",
        "LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR": "0",
    }
)
"""Settings for a crowd that is played: all come from one address, and none reads any mail."""

_START_SECONDS, _STOP_SECONDS = 120.0, 60.0


class InstanceError(Exception):
    """It did not start or did not stop; the message ends with what it said last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a running instance is reached, and its database, for who owns it."""

    rest_url: str
    grpc_target: str
    database_url: str


class Instance:
    """Keeps its data and its log in `data_dir`; `settings` are environment variables.

    Without DATABASE__URL among them it brings its embedded database. Settings in the environment
    of this process do not reach it.
    """

    def __init__(
        self,
        data_dir: Path,
        settings: Mapping[str, str] = MappingProxyType({}),
        *,
        deployment: str = "monolith",
    ) -> None:
        self._program = _FOLDER / PROGRAMS[deployment]
        self._data_dir = data_dir.resolve()
        self._settings = dict(settings)
        self._log = self._data_dir / "instance.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Addresses:
        """Raises InstanceError when it does not listen within two minutes."""
        self._data_dir.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(self._program)],
                cwd=self._data_dir,  # a .env file of the project stays out
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us: we stop it then
            )
        try:
            return self._wait(self._process)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Asks it to drain and end. Raises InstanceError when it does not, or not well."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.poll() is not None:
            raise InstanceError(f"It ended by itself: {process.returncode}.\n{self.said()}")
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise InstanceError(f"It did not stop by itself.\n{self.said()}") from None
        if status != 0:
            raise InstanceError(f"It ended with status {status}.\n{self.said()}")

    def kill(self) -> None:
        """SIGKILL: no last word, as when the machine takes it away."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def pid(self) -> int:
        """Of the process that was started; a supervisor where there are several."""
        if self._process is None:
            raise InstanceError("It does not run.")
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def said(self, lines: int = 30) -> str:
        """The end of its log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if "__" not in name and name not in ("DATA_DIR", "SECRET_KEY")
        }
        return {
            **kept,
            "DATA_DIR": str(self._data_dir),
            "REST__PORT": "0",
            "GRPC__PORT": "0",
            "LOGGING__LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
            **self._settings,
        }

    def _wait(self, process: subprocess.Popen[bytes]) -> Addresses:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            said = self._log.read_text(errors="replace")
            rest, grpc = _REST.search(said), _GRPC.search(said)
            if rest and grpc:
                return Addresses(
                    rest_url=rest[1], grpc_target=grpc[1], database_url=self._database_url()
                )
            if process.poll() is not None:
                break
            time.sleep(0.02)
        raise InstanceError(f"It did not start.\n{self.said()}")

    def _database_url(self) -> str:
        if url := self._settings.get("DATABASE__URL"):
            return self._settings.get("DATABASE__MIGRATION_URL", url)
        folder = self._data_dir / "postgres"
        password, port = (folder / "password").read_text(), (folder / "port").read_text().strip()
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres"
