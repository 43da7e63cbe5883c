"""Runs the background jobs, each in its own loop, until told to stop."""

import asyncio
from collections.abc import Sequence

import structlog

from application.background.job import Job
from application.ports.broker import BrokerUnavailable
from application.ports.log import Wake
from shared.errors import AppError

_log = structlog.get_logger("holdfast.worker")
_LONGEST_PAUSE = 30.0


class Worker:
    """`start` the loops, `stop` lets the rounds under way finish for at most `grace` seconds."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._stopping = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._loops = [
            asyncio.create_task(self._loop(job), name=f"job {job.name}") for job in self._jobs
        ]

    async def stop(self, *, grace: float) -> None:
        self._stopping.set()
        if not self._loops:
            return
        _, late = await asyncio.wait(self._loops, timeout=grace)
        for loop in late:
            loop.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _loop(self, job: Job) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                done = await job.run()
                failures = 0
            except AppError as error:  # the database is away, say: it is tried again
                failures += 1
                done = 0
                _log.warning("job refused", job=job.name, reason=error.reason)
            except BrokerUnavailable as error:
                failures += 1
                done = 0
                _log.warning("job refused", job=job.name, reason=f"no broker: {error}")
            except Exception:
                failures += 1
                done = 0
                _log.exception("job failed", job=job.name)
            if done < job.full:
                await self._pause(job, failures)

    async def _pause(self, job: Job, failures: int) -> None:
        """Nobody is woken to fail again."""
        seconds = job.every.total_seconds()
        if job.wake is not None and not failures:
            await self._nap(job.wake, seconds)
            return
        seconds = min(seconds * 2 ** min(failures, 10), max(seconds, _LONGEST_PAUSE))
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _nap(self, wake: Wake, seconds: float) -> None:
        woken = asyncio.create_task(wake.wait(seconds))
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((woken, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (woken, stopped):
                task.cancel()
            await asyncio.gather(woken, stopped, return_exceptions=True)
