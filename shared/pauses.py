"""How long to wait before something is tried again."""


class GrowingPause:
    """`first` seconds, then twice as long each time, up to `longest`; until it is reset."""

    def __init__(self, *, first: float = 0.1, longest: float = 5.0) -> None:
        self._first = first
        self._longest = longest
        self._last = 0.0

    def next(self) -> float:
        self._last = min(max(self._first, 2 * self._last), self._longest)
        return self._last

    def exhaust(self) -> float:
        """The longest, now and from now on."""
        self._last = self._longest
        return self._last

    def reset(self) -> None:
        self._last = 0.0
