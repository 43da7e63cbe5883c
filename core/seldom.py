"""While a server is away, the same is said once a minute: a log full of it hides the rest."""

import logging
import time
from typing import Final

_SECONDS: Final = 60.0
_LIBRARIES: Final = (
    "aiokafka",
    "aiokafka.conn",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.sender",
    "aiormq.channel",
    "aiormq.connection",
)
_OURS: Final = ("infrastructure.rabbitmq.membership", "infrastructure.redis.reader")
"""One line for each group that tries again."""


class Seldom(logging.Filter):
    """Lets the same through once in a while: the same sentence before its parameters are put in, or
    `with_parameters` the same text."""

    def __init__(self, *, with_parameters: bool = False) -> None:
        super().__init__()
        self._with_parameters = with_parameters
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage() if self._with_parameters else record.msg
        now, sentence = time.monotonic(), f"{record.levelno} {said}"
        for old in [each for each, at in self._said.items() if now >= at + _SECONDS]:
            del self._said[old]
        if sentence in self._said:
            return False
        self._said[sentence] = now
        return True


_sentences: Final = Seldom()
_texts: Final = Seldom(with_parameters=True)


def quieten() -> None:
    """Those who say a lot while a server is away. Any number of times."""
    for name in _LIBRARIES:
        logging.getLogger(name).addFilter(_sentences)
    for name in _OURS:
        logging.getLogger(name).addFilter(_texts)
