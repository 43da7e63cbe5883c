"""Virtual time: an event loop that never waits, and everything else that has to be drawn or told
from one seed, so that a story can be told again."""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from application.ports.identity import Ids
from infrastructure.memory.clock import MemoryClock

T = TypeVar("T")

START = datetime(2027, 1, 1, tzinfo=UTC)


class _NoWaiting(selectors.DefaultSelector):
    """Where others wait, time has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events:
            if timeout is None:
                raise RuntimeError("everybody waits, and nobody for time to pass")
            self.now += max(timeout, 0)
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._time = _NoWaiting()
        super().__init__(self._time)

    def time(self) -> float:
        return self._time.now


class VirtualClock(MemoryClock):
    """That of the loop; every reading is later than the one before."""

    def __init__(self, time: Callable[[], float]) -> None:
        super().__init__()
        self._time = time

    def now(self) -> datetime:
        reading = START + timedelta(seconds=self._time())
        self._last = max(reading, self._last + timedelta(microseconds=1))
        return self._last


class SeededIds(Ids):
    """In order, as in earnest; the texts are drawn."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._made = 0

    def uuid(self) -> UUID:
        self._made += 1
        return UUID(int=self._made << 80 | 0x7 << 76 | 0x2 << 62)

    def order_number(self) -> str:
        text = f"{self._chance.getrandbits(50):010X}"[:10]
        return f"HF-{text[:4]}-{text[4:8]}-{text[8:]}"

    def ticket_code(self) -> str:
        return f"{self._chance.getrandbits(144):036x}"

    def api_key(self, *, live: bool) -> str:
        return f"hf_live_{self._chance.getrandbits(200):050x}"

    def webhook_secret(self) -> bytes:
        return self._chance.randbytes(32)


def run(main: Callable[[], Coroutine[object, object, T]], *, seed: int) -> T:
    """On a loop of its own; the common source of chance is seeded, too, and then as it was."""
    before = random.getstate()
    random.seed(seed)
    try:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            return runner.run(main())
    finally:
        random.setstate(before)
