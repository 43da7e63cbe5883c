"""The clock of the memory adapter; it can be moved forward."""

from datetime import UTC, datetime, timedelta


class MemoryClock:
    """Real time plus what was added by `advance`; every reading is later than the one before."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """UTC."""
        reading = datetime.now(UTC) + self._ahead
        self._last = max(reading, self._last + timedelta(microseconds=1))
        return self._last

    def advance(self, by: timedelta) -> None:
        """Lets `by` pass at once."""
        if by < timedelta():
            raise ValueError("time does not go back")
        self._ahead += by
