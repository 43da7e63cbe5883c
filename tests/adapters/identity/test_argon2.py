import asyncio
import threading
from collections.abc import Iterator

import pytest

from infrastructure.argon2.passwords import Argon2Passwords
from tests.contracts.identity import PasswordsContract


class TestArgon2Passwords(PasswordsContract):
    @pytest.fixture
    def passwords(self) -> Iterator[Argon2Passwords]:
        passwords = Argon2Passwords(time_cost=1, memory_kib=1024, lanes=1)
        yield passwords
        passwords.close()

    async def test_hashes_are_argon2id_with_the_costs_asked_for(
        self, passwords: Argon2Passwords
    ) -> None:
        assert (await passwords.hash("x")).startswith("$argon2id$v=19$m=1024,t=1,p=1$")

    async def test_by_default_they_cost_what_rfc_9106_recommends(self) -> None:
        passwords = Argon2Passwords()
        assert (await passwords.hash("x")).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        passwords.close()

    async def test_nobody_costs_as_much(self, passwords: Argon2Passwords) -> None:
        """What is checked against instead is a hash of the same costs, of no known password."""
        stored = await passwords.hash("x")
        assert passwords._nobody.rsplit("$", 2)[0] == stored.rsplit("$", 2)[0]

    async def test_never_more_than_a_few_at_once(self) -> None:
        passwords = Argon2Passwords(threads=2, time_cost=1, memory_kib=64, lanes=1)
        running, most, lock = 0, 0, threading.Lock()
        both = threading.Barrier(2, timeout=60)

        def work() -> None:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            both.wait()
            with lock:
                running -= 1

        await asyncio.gather(*(passwords._run(work) for _ in range(8)))
        passwords.close()
        assert most == 2
