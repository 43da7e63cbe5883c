"""One hot event and the others: how long somebody waits who wants something else."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bench.figures import Sample
from bench.house import House
from bench.load.run import run_load
from bench.servers.ours import Ours
from bench.sides.http import OurSide, sample
from bench.world.sale import TicketType

_BESIDE = 4
"""Callers at the quiet event."""


class Beside(OurSide):
    """Holds of a quiet event while `connections` others hold `wanted`. Its units, like those of all
    events, are audited when the stage is over."""

    def __init__(self, title: str, house: House, ours: Ours, wanted: Sequence[TicketType]) -> None:
        *_, quiet = house.sale.many
        super().__init__(title, house, ours, "/api/v1/holds", types=(quiet,))
        self._wanted = wanted

    async def measure(self, connections: int, seconds: float) -> Sample:
        _, port, path, quiet = self._load
        crowd = self.house.job(
            "http", port, path, self._wanted, connections=connections, seconds=seconds
        )
        beside = self.house.job("http", port, path, quiet, connections=_BESIDE, seconds=seconds)
        _, outcome = await asyncio.gather(
            run_load(crowd, self.house.generator), run_load(beside, self.house.generator)
        )
        self.server.check()
        return replace(sample(outcome, 0), cpu_us=None)  # that is of both loads together
