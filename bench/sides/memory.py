"""Memory of one of our processes against that of a bare one; a ratio, in the rate."""

from bench.figures import Sample
from bench.house import House
from bench.model import Side
from bench.sides.probes import function


class Memory(Side):
    def __init__(self, title: str, house: House) -> None:
        self.title = title
        self._house = house

    async def open(self) -> None:
        function("bench.sides.memory_ratio", "memory_ratio")

    async def close(self) -> None:
        pass

    async def measure(self, connections: int, seconds: float) -> Sample:
        memory_ratio = function("bench.sides.memory_ratio", "memory_ratio")
        return Sample(rate=await memory_ratio())
