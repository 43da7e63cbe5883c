"""Leaves a server alone while it is away, and says so once."""

import logging
import time
from collections.abc import Callable

_logger = logging.getLogger(__name__)


class Breaker:
    """Calls are let through until one fails; then one every `retry_seconds`, until one succeeds.

    Each call carries the number of the era it began in. What ends after its era says nothing: of
    a hundred calls that fail together only the first is an outage, and an answer that was on its
    way when the server went away is not its return.
    """

    def __init__(
        self, name: str, *, retry_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._retry_seconds = retry_seconds
        self._clock = clock
        self._era = 0
        self._retry_at: float | None = None

    def admit(self) -> int | None:
        """The number of the era for a call that may be made, or None for one that may not."""
        if self._retry_at is not None:
            now = self._clock()
            if now < self._retry_at:
                return None
            self._retry_at = now + self._retry_seconds
        return self._era

    def failed(self, era: int, why: str) -> None:
        if era != self._era or self._retry_at is not None:
            return
        self._era += 1
        self._retry_at = self._clock() + self._retry_seconds
        _logger.warning("%s is away: %s", self._name, why)

    def succeeded(self, era: int) -> None:
        if era != self._era or self._retry_at is None:
            return
        self._era += 1
        self._retry_at = None
        _logger.info("%s is back", self._name)
