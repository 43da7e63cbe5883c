"""Whole purchases, and confirmations alone."""

from pathlib import Path

from bench import cpu
from bench.figures import Sample
from bench.house import House
from bench.load.purchase import PurchaseJob
from bench.load.run import run_purchases
from bench.servers.ours import Ours
from bench.sides.http import OurHolds, sample


class Purchases(OurHolds):
    """`orders` is how many are confirmed at a time; 0 for whole purchases."""

    def __init__(self, title: str, house: House, ours: Ours, *, orders: int = 0) -> None:
        super().__init__(title, house, ours)
        self._orders = orders
        self._first = 0

    async def measure(self, connections: int, seconds: float) -> Sample:
        job = self.house.job(
            "http", 0, "", (self.house.sale.hot,), connections=connections, seconds=seconds
        )
        ledger = await self.house.ledger(self.house.database, self.house.hot_event)
        before = cpu.look()
        outcome = await run_purchases(
            PurchaseJob(
                port=self.ours.rest,
                tokens=job.tokens,
                first=self._first,
                body=Path(job.bodies).read_text(),
                connections=connections,
                seconds=seconds,
                orders=self._orders,
            )
        )
        roots = (self.server.pid, self.house.cluster.postmaster())
        used = cpu.seconds_of(roots, before, cpu.look())
        self.server.check()
        self._first += connections
        made = connections * -(-self._orders // connections) if self._orders else outcome.done
        await ledger.add(self.title, answered=made, in_flight=0)
        return sample(outcome, used)
