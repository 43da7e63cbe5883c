"""RabbitMQ by Debian's package: a node of its own, with everything in its folder."""

import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.services.process import Process, ServiceError
from tools.services.server import Server, free_port

_MISSING = "rabbitmq-server is missing: apt-get install --no-install-recommends rabbitmq-server"
# The wrapper in the path changes to a user of its own; this is what it would call.
_SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_PROTOCOL = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = b"\x01"

# Loopback only; quotas of the machine are not ours to mind; schedulers sleep instead of spinning.
_CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{port}
loopback_users.guest = true
disk_free_limit.absolute = 1MB
log.console = true
log.console.level = info
log.file = false
"""
_ERLANG = (
    "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none +S 2:2"
)


class RabbitMq(Server):
    """Two processes: the name service of Erlang, for this node alone, and the broker."""

    name = "RabbitMQ"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._names: Process | None = None
        self._names_port = free_port()
        self._node_port = free_port()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def kill(self) -> None:
        super().kill()
        _kill(self._names)
        self._names = None

    def require(self) -> None:
        if not _SCRIPT.exists() or shutil.which("epmd") is None:
            raise ServiceError(_MISSING)

    def _prepare(self) -> Sequence[str]:
        (self._folder / "rabbitmq.conf").write_text(_CONFIG.format(port=self.port))
        (self._folder / "enabled_plugins").write_text("[].\n")
        if self._names is None or not self._names.is_running:
            # Else the node would start one that nobody ends.
            command = ["epmd", "-address", "127.0.0.1", "-port", str(self._names_port)]
            self._names = self._run(command)
        return [str(_SCRIPT), "-noinput"]

    def _environment(self) -> Mapping[str, str]:
        return {
            "HOME": str(self._folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"holdfast-{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self._folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "logs"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG,
            # The shell becomes the server, which then has the process id that signals go to.
            "RABBITMQ_ALLOW_INPUT": "true",
        }

    def _answers(self) -> bool:
        return self._says(_PROTOCOL, _METHOD_FRAME)


def _kill(process: Process | None) -> None:
    if process is not None:
        process.send(signal.SIGKILL)
        process.wait(10)
