"""Starts the servers and says where they are, until Ctrl-C.

python -m tools.services [redis] [rabbitmq] [kafka]     all, if none is named
"""

import argparse
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Final

from tools.services import Kafka, RabbitMq, Redis, Server, ServiceError

KINDS: Final[dict[str, type[Server]]] = {"redis": Redis, "rabbitmq": RabbitMq, "kafka": Kafka}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.services")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(KINDS))
    names = parser.parse_args().names or list(KINDS)
    if unknown := sorted(set(names) - set(KINDS)):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    signal.signal(signal.SIGTERM, _interrupt)
    with tempfile.TemporaryDirectory(prefix="holdfast-services-") as folder:
        servers = [KINDS[name](Path(folder) / name) for name in names]
        try:
            return _run(servers)
        except KeyboardInterrupt:
            return 0
        finally:
            for server in servers:
                server.kill()


def _run(servers: list[Server]) -> int:
    with ThreadPoolExecutor(len(servers)) as starting:
        failed = [name for name in starting.map(_start, servers) if name is not None]
    if failed:
        return 1
    print("Ctrl-C ends them; what they keep is thrown away.", flush=True)
    while True:
        signal.pause()


def _start(server: Server) -> str | None:
    """Its name if it could not be started, of which it says the reason."""
    try:
        server.start()
    except ServiceError as error:
        print(f"{server.name}: {error}", file=sys.stderr, flush=True)
        return server.name
    print(f"{server.name:9} {server.url}   after {server.start_seconds:.1f} s", flush=True)
    return None


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
