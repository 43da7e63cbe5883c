"""Leaves somebody alone while they do not answer."""

from collections.abc import Callable


class Breaker:
    """Calls are let through until `failures` in a row have failed; then one every `retry_seconds`
    as a probe, until one succeeds. `changed` is told whether calls are let through, and why not.

    Each call carries the number of the era it began in. What ends after its era says nothing: of
    a hundred calls that fail together only the first few are an outage, and an answer that was on
    its way when the other side went away is not its return. A probe that nobody hears of again
    (its caller was cancelled) is followed by the next one.
    """

    def __init__(
        self,
        *,
        retry_seconds: float,
        clock: Callable[[], float],
        changed: Callable[[bool, str], None],
        failures: int = 1,
    ) -> None:
        """`clock` tells seconds that never go back."""
        self._retry_seconds = retry_seconds
        self._clock = clock
        self._changed = changed
        self._most = failures
        self._failures = 0
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
        self._failures += 1
        if self._failures < self._most:
            return
        self._failures = 0
        self._era += 1
        self._retry_at = self._clock() + self._retry_seconds
        self._changed(False, why)

    def succeeded(self, era: int) -> None:
        if era != self._era:
            return
        self._failures = 0
        if self._retry_at is None:
            return
        self._era += 1
        self._retry_at = None
        self._changed(True, "")
