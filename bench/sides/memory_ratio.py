"""How large a process of ours is beside a bare one: both at the same time, after as many requests.

PSS: pages that several processes use are divided among them, and a library that both have mapped
is half of each. Ours is the process of `make run` on a data folder that exists, with REST, gRPC and
the background work in it.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from demo.instance import ALL_FROM_HERE, Instance
from demo.rest_shop import RestShop
from demo.stage import open_accounts, open_sale

_REQUESTS, _AT_ONCE, _ACCOUNTS = 2000, 16, 8
_SETTINGS = {
    "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "0",
    "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "HOLDS__MAX_PER_TEN_MINUTES": "10000",
    "HOLDS__MAX_UNITS_PER_BUYER": "10000",
    **ALL_FROM_HERE,
    "HOLDS__MAX_UNITS_PER_UNVERIFIED_BUYER": "10000",
}


async def memory_ratio() -> float:
    """Ours divided by the bare one's."""
    ours, bare = await memory()
    return ours / bare


async def memory() -> tuple[int, int]:
    """PSS in KiB: ours and the bare one's."""
    with tempfile.TemporaryDirectory(
        prefix="holdfast-memory-", ignore_cleanup_errors=True  # its server may be ending still
    ) as folder:
        Path(folder).chmod(0o755)  # root's embedded server runs as another user
        instance = Instance(Path(folder), _SETTINGS)
        try:
            await asyncio.to_thread(instance.start)  # which makes the database
            await asyncio.to_thread(instance.stop)
            addresses = await asyncio.to_thread(instance.start)
            with _bare(addresses.database_url) as (bare, port):
                await _buy(addresses.rest_url)
                await _count(port)
                return pss(instance.pid), pss(bare.pid)
        finally:
            instance.kill()


def pss(pid: int) -> int:
    """Proportional set size in KiB, as the kernel tells it."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise RuntimeError(f"the kernel does not tell the size of process {pid}")


@contextmanager
def _bare(url: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sides.bare", str(port), url],
        cwd=Path(__file__).resolve().parents[2],
        env=dict(os.environ),
    )
    try:
        yield process, port
    finally:
        process.terminate()
        process.wait()


async def _buy(url: str) -> None:
    """Half of it holds, half of it availability."""
    shop = RestShop(url)
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1", trust_env=False, timeout=30) as client:
        accounts = await open_accounts(shop, _ACCOUNTS, lambda: None)
        offer = await open_sale(url, accounts[0], _REQUESTS)

        async def one(number: int) -> None:
            account = accounts[number % _ACCOUNTS]
            if number % 2:
                await shop.hold(account, offer, 1, key=uuid.uuid4().hex)
                return
            headers = {"Authorization": f"Bearer {account.token}"}
            path = f"/events/{offer.event_id}/availability"
            (await client.get(path, headers=headers)).raise_for_status()

        await _repeat(one)
    await shop.aclose()


async def _count(port: int) -> None:
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30
    ) as client:
        for _ in range(500):  # until it listens
            try:
                await client.post("/numbers", json={"number": 0})
                break
            except httpx2.TransportError:
                await asyncio.sleep(0.02)

        async def one(number: int) -> None:
            reply = await client.post("/numbers", json={"number": number})
            if reply.json() != {"number": number + 1}:
                raise RuntimeError(f"the yardstick answered {reply.text}")

        await _repeat(one)


async def _repeat(one: Callable[[int], Awaitable[None]]) -> None:
    numbers = iter(range(_REQUESTS))

    async def some() -> None:
        for number in numbers:
            await one(number)

    await asyncio.gather(*(some() for _ in range(_AT_ONCE)))


if __name__ == "__main__":
    found = asyncio.run(memory())
    print(f"ours {found[0]} KiB, bare {found[1]} KiB, ratio {found[0] / found[1]:.2f}")
