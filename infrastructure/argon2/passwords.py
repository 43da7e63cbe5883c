"""Argon2id in a few threads: a hash takes tens of milliseconds and of MiB, on purpose."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from pwdlib.hashers.argon2 import Argon2Hasher

from application.ports.identity import Passwords

P = ParamSpec("P")
T = TypeVar("T")


class Argon2Passwords(Passwords):
    """At most `threads` hashes at once, whatever the load. Costs as RFC 9106 means them:
    `time_cost` passes over `memory_kib` KiB in `lanes` lanes."""

    def __init__(
        self,
        *,
        threads: int = 2,
        time_cost: int = 3,
        memory_kib: int = 65_536,
        lanes: int = 4,
    ) -> None:
        self._hasher = Argon2Hasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=lanes)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        # What no password was ever hashed to; checking against it costs as much as a real check.
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        return await self._run(self._hasher.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        stored = self._nobody if password_hash is None else password_hash
        return await self._run(self._hasher.verify, password, stored) and password_hash is not None

    def close(self) -> None:
        """Drops what is queued and waits for what is running."""
        self._threads.shutdown(cancel_futures=True)

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))
