"""Data folders, and a process that runs a server until it is killed."""

import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from infrastructure.postgres.embedded import EmbeddedPostgres
from tests.adapters.embedded_postgres.parent_process import Parent


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder (not yet there) that an unprivileged user could reach."""
    base = Path(tempfile.mkdtemp(prefix="holdfast-"))
    base.chmod(0o755)
    yield base / "data" / "postgres"
    shutil.rmtree(base)


@pytest.fixture(scope="module")
async def made() -> AsyncIterator[Path]:
    """A data folder whose server has run once."""
    base = Path(tempfile.mkdtemp(prefix="holdfast-"))
    async with EmbeddedPostgres(base / "postgres"):
        pass
    yield base / "postgres"
    shutil.rmtree(base)


@pytest.fixture
def used(made: Path, folder: Path) -> Path:
    """A copy of ``made`` of the test's own."""
    folder.parent.mkdir()
    subprocess.run(["cp", "-a", made, folder], check=True)
    return folder


@pytest.fixture
def start_parent(folder: Path) -> Iterator[Callable[..., Parent]]:
    """Start the parent on the test's folder; ended with the test."""
    parents: list[Parent] = []

    def start(*arguments: str) -> Parent:
        parents.append(Parent(folder, *arguments))
        return parents[-1]

    yield start
    for parent in parents:
        parent.kill()
        parent.reap()
