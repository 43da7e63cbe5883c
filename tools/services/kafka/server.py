"""One Kafka node that is broker and controller, from its Maven artifacts."""

import base64
import struct
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from tools.services.kafka.artifacts import class_path, java
from tools.services.process import ServiceError
from tools.services.server import Server, free_port

# Small and quick to start: tests wait for it more often than they load it. Topics are made by who
# uses them, never by accident; sessions may be short, so that tests can outlast them; a node that
# was killed need not wait long until its own former life is over.
_CONFIG = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=16777216
"""
_JAVA_OPTIONS = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_FORMAT_SECONDS = 60

# ApiVersions, version 0, correlation 7, no client id: length, then 10 bytes.
_ASK_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 7, -1)


class Kafka(Server):
    name = "Kafka"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._controller_port = free_port()

    @property
    def url(self) -> str:
        return f"kafka://127.0.0.1:{self.port}"

    @property
    def servers(self) -> str:
        """As clients name it."""
        return f"127.0.0.1:{self.port}"

    def require(self) -> None:
        java()
        class_path()

    def _prepare(self) -> Sequence[str]:
        config, data = self._folder / "server.properties", self._folder / "data"
        if not data.exists():
            config.write_text(
                _CONFIG.format(port=self.port, controller=self._controller_port, data=data)
            )
            self._format(config)
        return [*_java(), "kafka.Kafka", str(config)]

    def _format(self, config: Path) -> None:
        cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        options = ["--standalone", f"--cluster-id={cluster}", f"--config={config}"]
        done = subprocess.run(
            [*_java(), "kafka.tools.StorageTool", "format", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_FORMAT_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            said = done.stdout.decode(errors="replace")[-4000:]
            raise ServiceError(f"Kafka's storage cannot be formatted:\n{said}")

    def _answers(self) -> bool:
        return self._says(_ASK_VERSIONS, b"\x00")


def _java() -> list[str]:
    logging = Path(__file__).with_name("log4j2.properties")
    options = [*_JAVA_OPTIONS, f"-Dlog4j2.configurationFile={logging}"]
    return [java(), *options, "-classpath", class_path()]
