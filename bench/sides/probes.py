"""What others measure for us: the sweep of expired holds, and the memory of a process."""

import importlib
from collections.abc import Awaitable, Callable

from bench.figures import Sample
from bench.house import House
from bench.model import Missing, Side

_DATABASE = "bench_sweep"


def function(module: str, name: str) -> Callable[..., Awaitable[float]]:
    """Raises Missing."""
    try:
        found: Callable[..., Awaitable[float]] = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        raise Missing(f"there is no {module}") from error
    return found


class SweepRate(Side):
    """Expired holds that are tidied up in a second."""

    def __init__(self, title: str, house: House) -> None:
        self.title = title
        self._house = house

    async def open(self) -> None:
        """A database of its own: what is swept was never on sale, and no audit would pass."""
        function("bench.sides.sweep", "sweep_rate")
        await self._house.cluster.copy(_DATABASE)

    async def close(self) -> None:
        pass

    async def measure(self, connections: int, seconds: float) -> Sample:
        sweep_rate = function("bench.sides.sweep", "sweep_rate")
        return Sample(rate=await sweep_rate(self._house.url(_DATABASE), self._house.plan.swept))
