"""Many buyers at once, in a process of its own: python -m bench.load.purchase < job

`whole` purchases for some seconds, or `confirm`: so many orders are made first, and only their
payment, up to the confirmed order, is measured.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import msgspec
import uvloop

from bench.figures import percentile
from bench.load.buyer import Buyer
from bench.load.job import Outcome


class PurchaseJob(msgspec.Struct, frozen=True, kw_only=True):
    port: int
    tokens: str
    first: int
    """The buyer to begin with: those before had their turn."""
    body: str
    connections: int
    seconds: float
    orders: int
    """To be confirmed; 0 for whole purchases."""


async def _whole(buyer: Buyer, until: float, latencies: list[float]) -> None:
    while (started := perf_counter()) < until:
        order_id = await buyer.order()
        await buyer.confirm(order_id)
        if await buyer.tickets(order_id) != 1:
            raise RuntimeError("one ticket was bought")
        latencies.append(perf_counter() - started)


async def _confirm(buyer: Buyer, orders: Sequence[str], latencies: list[float]) -> None:
    for order_id in orders:
        started = perf_counter()
        await buyer.confirm(order_id)
        latencies.append(perf_counter() - started)


async def _run(job: PurchaseJob) -> Outcome:
    tokens = Path(job.tokens).read_text().split()
    body = job.body.encode()
    buyers = [
        Buyer(job.port, tokens[(job.first + nr) % len(tokens)], body)
        for nr in range(job.connections)
    ]
    await asyncio.gather(*(buyer.open() for buyer in buyers))
    latencies: list[float] = []
    if job.orders:
        each = -(-job.orders // len(buyers))
        made = await asyncio.gather(*(_orders(buyer, each) for buyer in buyers))
        started = perf_counter()
        await asyncio.gather(
            *(
                _confirm(buyer, orders, latencies)
                for buyer, orders in zip(buyers, made, strict=True)
            )
        )
    else:
        started = perf_counter()
        until = started + job.seconds
        await asyncio.gather(*(_whole(buyer, until, latencies) for buyer in buyers))
    took = perf_counter() - started
    for buyer in buyers:
        await buyer.close()
    return Outcome(
        done=len(latencies),
        seconds=took,
        p50=percentile(latencies, 0.5) * 1000,
        p99=percentile(latencies, 0.99) * 1000,
        refused=0,
        broken=0,
    )


async def _orders(buyer: Buyer, count: int) -> list[str]:
    return [await buyer.order() for _ in range(count)]


if __name__ == "__main__":
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=PurchaseJob)
    print("RESULT " + msgspec.json.encode(uvloop.run(_run(given))).decode())
