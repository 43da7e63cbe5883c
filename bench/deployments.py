"""What it costs to run services apart: holds and purchases on both deployments, in one run.

python -m bench.deployments            prints a table for docs/deployment-modes.md
"""

import asyncio
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

from demo.instance import ALL_FROM_HERE, PROGRAMS, Instance
from demo.rest_shop import RestShop
from demo.shop import Account, Offer
from demo.stage import open_accounts, open_sale

SETTINGS = {
    "HOLDS__MAX_PER_TEN_MINUTES": "1000000",
    "HOLDS__MAX_UNITS_PER_BUYER": "1000000",
    "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "0",
    "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "AUTH__PASSWORD_MEMORY_KIB": "8192",  # nosec B105: an amount
    **ALL_FROM_HERE,
    "HOLDS__MAX_UNITS_PER_UNVERIFIED_BUYER": "1000000",
}
_ROUNDS, _ALONE, _CROWD, _AT_ONCE = 2, 60, 240, 8

Deed = Callable[[RestShop, Account, Offer], Awaitable[object]]


async def hold(shop: RestShop, account: Account, offer: Offer) -> str:
    return await shop.hold(account, offer, 1, key=uuid.uuid4().hex)


async def purchase(shop: RestShop, account: Account, offer: Offer) -> None:
    held = await hold(shop, account, offer)
    order = await shop.order(account, held, key=uuid.uuid4().hex)
    await shop.pay(account, order, "succeed", key=uuid.uuid4().hex)
    if await shop.order_state(account, order) != "CONFIRMED":
        raise RuntimeError("the purchase is not finished")


DEEDS: dict[str, Deed] = {"hold": hold, "purchase": purchase}
Found = dict[tuple[str, str], list[float]]


async def measure(url: str, found: Found) -> None:
    """Milliseconds of one by itself, and how many a second with some at once."""
    shop = RestShop(url)
    try:
        accounts = await open_accounts(shop, _AT_ONCE, lambda: None)
        offer = await open_sale(url, accounts[0], 1_000_000)
        for name, deed in DEEDS.items():
            for _ in range(20):
                await deed(shop, accounts[0], offer)
            for _ in range(_ALONE):
                started = time.perf_counter()
                await deed(shop, accounts[0], offer)
                found.setdefault((name, "ms"), []).append(1000 * (time.perf_counter() - started))
            started, left = time.perf_counter(), iter(range(_CROWD))

            async def some(account: Account, deed: Deed = deed, left: object = left) -> None:
                for _ in left:  # type: ignore[attr-defined]  # all take from one
                    await deed(shop, account, offer)

            await asyncio.gather(*(some(account) for account in accounts))
            rate = _CROWD / (time.perf_counter() - started)
            found.setdefault((name, "per second"), []).append(rate)
    finally:
        await shop.aclose()


def main() -> None:
    found: dict[str, Found] = {deployment: {} for deployment in PROGRAMS}
    for _ in range(_ROUNDS):  # in turn, so that a slow minute is everybody's
        for deployment in PROGRAMS:
            with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
                Path(folder).chmod(0o755)  # root's embedded server runs as another user
                instance = Instance(Path(folder), SETTINGS, deployment=deployment)
                addresses = instance.start()
                try:
                    asyncio.run(measure(addresses.rest_url, found[deployment]))
                finally:
                    instance.stop()
    print("| | monolith | services | ratio |\n|---|---:|---:|---:|")
    for key in found["monolith"]:
        one, apart = (statistics.median(found[each][key]) for each in ("monolith", "split"))
        print(f"| {key[0]}, {key[1]} (median) | {one:.1f} | {apart:.1f} | {apart / one:.2f} |")


if __name__ == "__main__":
    main()
