"""Runs a load in a process of its own."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

from bench.load.allocating import AllocatingJob
from bench.load.job import Generator, Job, Outcome
from bench.load.purchase import PurchaseJob
from bench.model import Broken
from bench.servers.process import ROOT

_SCRIPT = Path(__file__).with_name("requests.lua")
_MARK = "RESULT "


def generator() -> Generator:
    """wrk where it is installed."""
    found = shutil.which("wrk")
    if found is None:
        return Generator("our own in Python, in a process of its own (wrk is not installed)", None)
    said = subprocess.run([found, "-v"], capture_output=True, text=True, check=False).stdout
    return Generator(said.splitlines()[0].split(" Copyright")[0], found)


async def run_load(job: Job, chosen: Generator) -> Outcome:
    """Raises Broken where the generator fails."""
    if job.protocol == "http" and chosen.wrk is not None:
        command = [
            *(chosen.wrk, "-t1", f"-c{job.connections}", f"-d{job.seconds:g}s", "--timeout", "10s"),
            *("-s", str(_SCRIPT), f"http://127.0.0.1:{job.port}{job.path}", "--"),
            *(job.method, job.path, job.tokens, job.bodies, job.prefix, str(job.first)),
        ]
        return await _run(command, b"")
    command = [sys.executable, "-m", "bench.load"]
    return await _run(command, msgspec.json.encode(job))


async def run_purchases(job: PurchaseJob) -> Outcome:
    """Raises Broken where a purchase is refused."""
    return await _run([sys.executable, "-m", "bench.load.purchase"], msgspec.json.encode(job))


async def run_allocations(job: AllocatingJob) -> Outcome:
    """Raises Broken where one is refused."""
    return await _run([sys.executable, "-m", "bench.load.allocating"], msgspec.json.encode(job))


async def _run(command: list[str], given: bytes) -> Outcome:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
    )
    said, _ = await process.communicate(given)
    text = said.decode(errors="replace")
    for line in text.splitlines():
        if line.startswith(_MARK):
            return msgspec.json.decode(line.removeprefix(_MARK), type=Outcome)
    raise Broken(f"{Path(command[0]).name} said:\n{text[-2000:]}")
