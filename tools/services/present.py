"""Says whether everything is there that real servers need, and what to install where it is not.

python -m tools.services.present
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from tools.services import Kafka, RabbitMq, Redis, Server, ServiceError

KINDS: Final[tuple[type[Server], ...]] = (Redis, RabbitMq, Kafka)


def missing() -> list[str]:
    """Fetches Kafka where that was not done."""
    found = []
    with tempfile.TemporaryDirectory(prefix="holdfast-services-") as folder:
        for kind in KINDS:
            try:
                kind(Path(folder)).require()
            except ServiceError as error:
                found.append(str(error))
    return found


if __name__ == "__main__":
    lines = missing()
    print("\n".join(lines) or "Redis, RabbitMQ and Kafka are there.", flush=True)
    sys.exit(bool(lines))
