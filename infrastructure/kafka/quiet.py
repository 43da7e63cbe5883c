"""The library says several times a second that a server is away. Once a minute is enough."""

import logging
import time
from typing import Final

_SECONDS: Final = 60.0
_NAMES: Final = (
    "aiokafka",
    "aiokafka.conn",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.sender",
)


class Seldom(logging.Filter):
    """Lets the same sentence (before its parameters are put in) through once in a while."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now, sentence = time.monotonic(), f"{record.levelno} {record.msg}"
        if now < self._said.get(sentence, -_SECONDS) + _SECONDS:
            return False
        self._said[sentence] = now
        return True


_seldom: Final = Seldom()


def quieten() -> None:
    """Any number of times."""
    for name in _NAMES:
        logging.getLogger(name).addFilter(_seldom)
