"""Group commit alone: as many callers in one process as the connections say."""

from bench.figures import Sample
from bench.house import House
from bench.load.allocating import AllocatingJob
from bench.load.run import run_allocations
from bench.model import Side

_MOST = 60_000
"""Holds prepared for each second; half as many again as were made last time, if that is less."""


class Allocator(Side):
    def __init__(self, title: str, house: House) -> None:
        self.title = title
        self._house = house
        self._prepared = _MOST / 2

    async def open(self) -> None:
        await self.measure(64, 1)

    async def close(self) -> None:
        """Each measurement is a process that has ended."""

    async def measure(self, connections: int, seconds: float) -> Sample:
        hot = self._house.sale.hot
        job = AllocatingJob(
            url=self._house.cluster.login_url(self._house.database),
            organizer_id=self._house.sale.organizer_id,
            event_id=hot.event_id,
            ticket_type_id=hot.id,
            pool_id=hot.pool_id,
            buyers=list(self._house.sale.buyers),
            callers=connections,
            seconds=seconds,
            prepared=round(self._prepared * seconds),
        )
        ledger = await self._house.ledger(self._house.database, hot.event_id)
        outcome = await run_allocations(job)
        await ledger.add(self.title, answered=outcome.granted, in_flight=0)
        self._prepared = min(_MOST, 1.5 * outcome.rate)
        return Sample(rate=outcome.rate, p50=outcome.p50, p99=outcome.p99)
