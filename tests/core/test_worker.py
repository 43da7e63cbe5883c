"""The loops of background work: they go on after failures, and stop when told to."""

import asyncio
from datetime import timedelta

import pytest

from application.background.job import Job
from core.worker import Worker
from shared.errors import DatabaseUnavailable


def _job(run: "Run", *, full: int = 10) -> Job:
    return Job(name="counted", every=timedelta(milliseconds=1), full=full, run=run)


class Run:
    """Counts its rounds and does in each what it is told."""

    def __init__(self, *script: int | Exception) -> None:
        self.script = list(script)
        self.rounds = 0
        self.enough = asyncio.Event()

    async def __call__(self) -> int:
        self.rounds += 1
        step = self.script.pop(0) if self.script else 0
        if not self.script:
            self.enough.set()
        if isinstance(step, Exception):
            raise step
        return step


@pytest.mark.parametrize("failure", [DatabaseUnavailable(), RuntimeError("a bug")])
async def test_a_failed_round_is_followed_by_another(failure: Exception) -> None:
    run = Run(failure, failure, 0)
    worker = Worker([_job(run)])
    worker.start()
    await asyncio.wait_for(run.enough.wait(), 60)
    await worker.stop(grace=1)
    assert run.rounds >= 3


async def test_a_full_round_is_followed_at_once() -> None:
    run = Run(10, 10, 10, 3)
    worker = Worker([Job(name="full", every=timedelta(hours=1), full=10, run=run)])
    worker.start()
    await asyncio.wait_for(run.enough.wait(), 60)
    await worker.stop(grace=1)
    assert run.rounds == 4


async def test_stopping_lets_a_round_finish() -> None:
    started, go_on, finished = asyncio.Event(), asyncio.Event(), []

    async def slow() -> int:
        started.set()
        await go_on.wait()
        finished.append(True)
        return 0

    worker = Worker([Job(name="slow", every=timedelta(hours=1), full=1, run=slow)])
    worker.start()
    await started.wait()
    stopping = asyncio.create_task(worker.stop(grace=10))
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert finished == [True]


async def test_a_round_that_does_not_finish_is_cancelled() -> None:
    started, cancelled = asyncio.Event(), []

    async def stuck() -> int:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return 0

    worker = Worker([Job(name="stuck", every=timedelta(hours=1), full=1, run=stuck)])
    worker.start()
    await started.wait()
    await worker.stop(grace=0)
    assert cancelled == [True]


class Alarm:
    """Rings as often as it is told to."""

    def __init__(self) -> None:
        self.awaited, self.rung = asyncio.Event(), asyncio.Event()

    async def wait(self, seconds: float) -> None:
        self.awaited.set()
        await asyncio.wait_for(self.rung.wait(), seconds)
        self.rung.clear()


async def test_a_job_is_woken() -> None:
    run, alarm = Run(0, 0, 0), Alarm()
    worker = Worker([Job(name="woken", every=timedelta(hours=1), full=1, run=run, wake=alarm)])
    worker.start()
    for rounds in (1, 2, 3):
        await asyncio.wait_for(alarm.awaited.wait(), 60)
        assert run.rounds == rounds
        alarm.awaited.clear()
        if not run.enough.is_set():
            alarm.rung.set()
    await asyncio.wait_for(worker.stop(grace=600), 60)
    assert run.rounds == 3


async def test_nobody_is_woken_to_fail_again() -> None:
    """It waits for longer than it would if nothing had failed, though it is called all the time."""
    run, alarm = Run(DatabaseUnavailable(), 0), Alarm()
    alarm.rung.set()
    every = timedelta(seconds=0.1)
    worker = Worker([Job(name="woken", every=every, full=1, run=run, wake=alarm)])
    begun = asyncio.get_running_loop().time()
    worker.start()
    await asyncio.wait_for(run.enough.wait(), 60)
    assert asyncio.get_running_loop().time() - begun > every.total_seconds()
    await worker.stop(grace=1)
