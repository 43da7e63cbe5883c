"""What Redis costs when it hangs: holds and availability with it and with it frozen, against none.

python -m bench.redis_away            prints a table for docs/deployment-modes.md
"""

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import httpx2

from bench.deployments import SETTINGS, hold
from demo.instance import Instance
from demo.rest_shop import RestShop
from demo.shop import Account, Offer
from demo.stage import open_accounts, open_sale
from tools.services import Redis

_TURNS, _CALLS, _AT_ONCE = 50, 40, 8
_LIMITED = {
    "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "1000000",
    "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "1000000",
}
"""So high that they refuse nobody; but every hold is counted."""
WITH, FROZEN = "with Redis", "Redis frozen"
DEEDS: Final = ("hold", "availability")

Deed = Callable[[], Awaitable[object]]
Found = dict[tuple[str, str, bool], list[float]]
"""By deed, situation, and whether it was done where there is Redis."""


class Place:
    """An instance, and somebody who buys there."""

    def __init__(self, url: str, account: Account, offer: Offer) -> None:
        self._shop, self._account, self._offer = RestShop(url), account, offer
        headers = {"Authorization": f"Bearer {account.token}"}
        self._client = httpx2.AsyncClient(base_url=url, headers=headers, timeout=30)

    @staticmethod
    async def open(url: str) -> "Place":
        shop = RestShop(url)
        (account,) = await open_accounts(shop, 1, lambda: None)
        await shop.aclose()
        return Place(url, account, await open_sale(url, account, 1_000_000))

    async def close(self) -> None:
        await self._shop.aclose()
        await self._client.aclose()

    async def hold(self) -> None:
        await hold(self._shop, self._account, self._offer)

    async def availability(self) -> None:
        """At most ten seconds old."""
        path = f"/api/v1/events/{self._offer.event_id}/availability?max_age=10"
        (await self._client.get(path)).raise_for_status()


async def milliseconds(deed: Deed, times: int) -> list[float]:
    left = iter(range(times))
    found: list[float] = []

    async def some() -> None:
        for _ in left:
            began = time.perf_counter()
            await deed()
            found.append(1000 * (time.perf_counter() - began))

    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
    return found


async def measure(url: str, shared_url: str, redis: Redis) -> tuple[Found, list[float]]:
    """Short turns, so that a slow minute is everybody's: each situation against the one without.
    And the calls that were the first ones to find it frozen."""
    found: Found = {}
    alone, shared = await Place.open(url), await Place.open(shared_url)
    for place in (alone, shared):
        for name in DEEDS:
            await milliseconds(getattr(place, name), 50)
    noticed: list[float] = []
    for situation in (WITH, FROZEN):
        if situation == FROZEN:
            redis.freeze()
            noticed = await milliseconds(shared.hold, _AT_ONCE)
        for turn in range(_TURNS):
            for name in DEEDS:
                for place in (alone, shared) if turn % 2 else (shared, alone):
                    times = await milliseconds(getattr(place, name), _CALLS)
                    key = (name, situation, place is shared)
                    found.setdefault(key, []).extend(times)
    redis.thaw()
    for place in (alone, shared):
        await place.close()
    return found, noticed


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98]


def told(values: list[float]) -> str:
    return f"{statistics.median(values):.0f}, {p99(values):.0f}"


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="holdfast-bench-")))
        folder.chmod(0o755)  # root's embedded server runs as another user
        redis = Redis(folder / "redis")
        redis.start()
        stack.callback(redis.kill)
        instances = [
            Instance(folder / "alone", {**SETTINGS, **_LIMITED}),
            Instance(folder / "shared", {**SETTINGS, **_LIMITED, "REDIS__URL": redis.url}),
        ]
        for instance in instances:
            stack.callback(instance.kill)
        with ThreadPoolExecutor(2) as threads:
            alone, shared = (each.rest_url for each in threads.map(Instance.start, instances))
        found, noticed = asyncio.run(measure(alone, shared, redis))
        for instance in instances:
            instance.stop()
    print("| | without Redis: median, p99 (ms) | median, p99 (ms) | p99 ratio |")
    print("|---|---:|---:|---:|")
    for name, situation in itertools.product(DEEDS, (WITH, FROZEN)):
        without, times = (found[name, situation, shared] for shared in (False, True))
        ratio = p99(times) / p99(without)
        print(f"| {name}, {situation} | {told(without)} | {told(times)} | {ratio:.2f} |")
    print(
        f"The first {_AT_ONCE} calls after it froze: {statistics.median(noticed):.0f} ms (median)"
    )


if __name__ == "__main__":
    main()
