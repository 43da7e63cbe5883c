"""SIGKILL of relays and of their consumer, a hundred times and more: before they do something about
what they have read, between that and noting it, and anywhere."""

import asyncio
import multiprocessing
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.postgres import relaying
from tests.adapters.postgres.log_harness import OnPostgresWithLog, PostgresLogHarness
from tests.adapters.postgres.relaying import Death, Life
from tests.contracts.broker_bench import eventually, first_of_each
from tests.contracts.dispatch import noted
from tests.contracts.log import everything, rename
from tests.contracts.world import World

RELAYS, USERS = 2, 40
KILLS, KILLS_OF_CONSUMERS = 100, 30
TOGETHER = 4
"""Renames at the same time."""
_PATIENCE = 60.0

Work = Callable[[Life], None]


class TestKilled(OnPostgresWithLog):
    @pytest.fixture
    def world(self, harness: PostgresLogHarness) -> World:
        return World(harness)

    async def test_nothing_is_lost_or_overtaken_or_done_twice(
        self, world: World, harness: PostgresLogHarness, contract_url: str, tmp_path: Path
    ) -> None:
        chance = random.Random(6)  # nosec B311: no secret
        users = [each.user_id for each in await world.users(USERS)]
        life = Life(url=contract_url, folder=tmp_path, death=Death.LATER, rounds=1)
        crowd = Crowd(life, chance)
        consuming = asyncio.create_task(crowd.kill(relaying.consume, KILLS_OF_CONSUMERS))

        async def relayed() -> None:
            """For as long as consumers have to die, too: each needs something to consume."""
            relays = (crowd.kill(relaying.relay, KILLS // RELAYS) for _ in range(RELAYS))
            await asyncio.gather(*relays)
            with crowd.at_work(relaying.relay):
                await asyncio.wait({consuming})

        killing = asyncio.gather(relayed(), consuming)
        try:
            nr = 0
            while not killing.done():
                nr += 1
                some = chance.sample(users, TOGETHER)
                await asyncio.gather(*(rename(world, each, f"Number {nr}") for each in some))
                await asyncio.sleep(0.1)  # what is written must be read, too
            await killing
        finally:
            killing.cancel()
        every = await everything(harness.log)
        wanted = {each.id for each in every}
        with crowd.at_work(relaying.relay), crowd.at_work(relaying.consume):
            await eventually(
                lambda: wanted <= {each.id for each in relaying.published(life)},
                lambda: "messages are lost",
            )
            lines = len(relaying.published(life))
            await eventually(
                lambda: relaying.acknowledged(life) >= lines, lambda: "the consumer does nothing"
            )
        # Effects are facts, too, and some of them may have followed by now.
        stream = [each for each in relaying.published(life) if each.id in wanted]
        assert len(stream) - len(wanted) >= KILLS // 4, "nobody died where it matters"
        assert first_of_each(stream) == first_of_each(every)
        ours = [each for each in every if each.type in relaying.TYPES]
        assert await noted(world) == Counter({str(each.id): 1 for each in ours})


class Crowd:
    """Processes, forked from one that has loaded everything: their lives are short."""

    def __init__(self, life: Life, chance: random.Random) -> None:
        self._life = life
        self._chance = chance
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["__main__", relaying.__name__])

    async def kill(self, work: Work, times: int) -> None:
        """One after the other."""
        for nr in range(times):
            death = list(Death)[nr % len(Death)]
            life = replace(self._life, death=death, rounds=self._chance.randint(1, 3))
            process = self._context.Process(target=work, args=(life,), daemon=True)
            process.start()
            try:
                if death is Death.LATER:
                    await asyncio.sleep(self._chance.uniform(0.05, 0.4))
                    process.kill()
                async with asyncio.timeout(_PATIENCE):
                    while process.is_alive():
                        await asyncio.sleep(0.005)
                assert process.exitcode == -signal.SIGKILL, "it did not die of that"
            finally:
                process.kill()
                process.join()
                process.close()

    @contextmanager
    def at_work(self, work: Work) -> Iterator[None]:
        """Meanwhile one that nobody kills."""
        process = self._context.Process(target=work, args=(self._life,), daemon=True)
        process.start()
        try:
            yield
        finally:
            process.kill()
            process.join()
            process.close()
