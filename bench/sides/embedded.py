"""The embedded database: how long it takes to be there. Milliseconds in p50."""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import asyncpg

from bench.figures import Sample
from bench.model import Broken, Side
from bench.servers.process import ROOT
from infrastructure.postgres.embedded import EmbeddedPostgres

_CHILD = """
import asyncio, sys
from pathlib import Path
from infrastructure.postgres.embedded import EmbeddedPostgres

async def main():
    async with EmbeddedPostgres(Path(sys.argv[1])):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""
_GONE_SECONDS = 2.0
_logger = logging.getLogger("infrastructure.postgres.embedded.server")


class Start(Side):
    """`kind`: `first` makes the cluster, `next` finds it, `killed` finds it after a SIGKILL of the
    server, `orphan` measures how long it lives after a SIGKILL of its parent."""

    def __init__(self, title: str, kind: str) -> None:
        self.title = title
        self._kind = kind
        self._folder = Path()

    async def open(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="holdfast-start-"))
        self._folder.chmod(0o755)  # root's embedded server runs as another user
        if self._kind != "first":
            async with EmbeddedPostgres(self._folder / "data"):
                pass

    async def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    async def measure(self, connections: int, seconds: float) -> Sample:
        data = self._folder / "data"
        if self._kind == "first":
            shutil.rmtree(data, ignore_errors=True)
        if self._kind == "killed":
            await self._kill_server(data)
        took = await self._orphan(data) if self._kind == "orphan" else await _start(data)
        return Sample(rate=1 / took, p50=took * 1000)

    async def _kill_server(self, data: Path) -> None:
        """With work that is committed and not in the data files yet."""
        async with EmbeddedPostgres(data) as server:
            connection = await asyncpg.connect(server.url())
            await connection.execute("CREATE TABLE IF NOT EXISTS work (at timestamptz)")
            await connection.execute("INSERT INTO work SELECT now() FROM generate_series(1, 10000)")
            connection.terminate()
            _logger.setLevel(logging.CRITICAL)  # that it ended by itself is no news
            os.kill(_postmaster(data), signal.SIGKILL)
            await server.ended()
            _logger.setLevel(logging.NOTSET)

    async def _orphan(self, data: Path) -> float:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _CHILD, str(data)), stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        if child.stdout is None or await child.stdout.readline() != b"up\n":
            raise Broken("the embedded database did not start in a child process")
        server = _postmaster(data)
        child.kill()
        started = perf_counter()
        await child.wait()
        while _lives(server):
            if perf_counter() - started > _GONE_SECONDS:
                raise Broken(f"the embedded database outlived its parent by {_GONE_SECONDS} s")
            await asyncio.sleep(0.001)
        return perf_counter() - started


async def _start(data: Path) -> float:
    started = perf_counter()
    async with EmbeddedPostgres(data):
        return perf_counter() - started


def _postmaster(data: Path) -> int:
    return int((data / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def _lives(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False
