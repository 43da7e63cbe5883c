"""The embedded server: what survives, what does not, and who may come in."""

import asyncio
import logging
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from infrastructure.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from infrastructure.postgres.embedded import programs as programs_module
from infrastructure.postgres.embedded.account import Account
from infrastructure.postgres.embedded.child import Child
from infrastructure.postgres.embedded.locks import postmaster

_ROOT = Path(__file__).parents[2]
_NOBODY = 65534

linux = pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over to another user")


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


async def ask(server: EmbeddedPostgres, question: str) -> object:
    """The single value that a query answers."""
    connection = await asyncpg.connect(server.url())
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def running(pid: int) -> bool:
    """Whether the process lives (a zombie, which nobody has waited for, does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true within ten seconds."""
    for _ in range(1000):
        if condition():
            return True
        time.sleep(0.01)
    return False


class Parent:
    """``embedded_parent`` in a process of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.adapters.embedded_parent", str(folder), *arguments],
            cwd=_ROOT,
            env={**os.environ, "HOME": str(folder.parent)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_up(self) -> None:
        """Wait for the line that it prints."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "up\n"

    def kill(self) -> None:
        """SIGKILL; a zombie until ``reap``."""
        self.process.kill()

    def reap(self) -> None:
        """Wait for its end."""
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def start_parent(folder: Path) -> Iterator[Callable[..., Parent]]:
    """Start ``embedded_parent`` on the test's folder; ended with the test."""
    parents: list[Parent] = []

    def start(*arguments: str) -> Parent:
        parents.append(Parent(folder, *arguments))
        return parents[-1]

    yield start
    for parent in parents:
        parent.kill()
        parent.reap()


async def test_data_and_port_are_kept_from_run_to_run(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as server:
        url = server.url()
        await ask(server, "CREATE TABLE note AS SELECT 'kept' AS text")
        assert await ask(server, "SHOW fsync") == "on"
        assert await ask(server, "SHOW synchronous_commit") == "on"
        assert await ask(server, "SELECT lower('ÄÖ') = 'äö' AND 'Z' < 'a'") is True
    async with EmbeddedPostgres(folder, settings={"work_mem": "5MB"}) as server:
        assert server.url() == url
        assert await ask(server, "SELECT text FROM note") == "kept"
        assert await ask(server, "SHOW work_mem") == "5MB"
    with pytest.raises(OSError):
        await asyncpg.connect(url)


async def test_only_who_knows_the_password_gets_in(used: Path) -> None:
    async with EmbeddedPostgres(used) as server:
        file = used / "password"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE((used / "server.log").stat().st_mode) == 0o600
        assert len(file.read_text()) >= 40
        wrong = server.url().replace(file.read_text(), "guess")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(wrong)
        pid = postmaster(used / "cluster")
        assert pid is not None
        assert file.read_text() not in Path(f"/proc/{pid}/cmdline").read_text()


async def test_a_second_supervisor_is_told_who_has_the_folder(used: Path) -> None:
    async with EmbeddedPostgres(used) as server:
        with pytest.raises(EmbeddedPostgresError, match=f"in use by process {os.getpid()}"):
            async with EmbeddedPostgres(used):
                pass
        assert await ask(server, "SELECT 1") == 1


@linux
async def test_killing_the_parent_stops_the_server_and_keeps_the_data(
    folder: Path, start_parent: Callable[..., Parent]
) -> None:
    parent = start_parent()
    parent.wait_until_up()
    pid = postmaster(folder / "cluster")
    assert pid is not None and running(pid)
    # It is out of reach of a Ctrl-C in our terminal, which goes to our process group.
    assert os.getpgid(pid) != os.getpgid(parent.process.pid)
    parent.kill()
    # At once, while the old server may still be shutting down and its parent is a zombie.
    async with EmbeddedPostgres(folder) as server:
        assert not running(pid)
        assert await ask(server, "SELECT text FROM note") == "kept"
    parent.reap()


@linux
async def test_a_crash_of_everything_is_recovered(
    folder: Path, start_parent: Callable[..., Parent]
) -> None:
    parent = start_parent()
    parent.wait_until_up()
    pid = postmaster(folder / "cluster")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    parent.kill()
    parent.reap()
    # The number in postmaster.pid now belongs to somebody else of the server's own user.
    owner = (folder / "cluster").stat().st_uid
    stranger = subprocess.Popen(["sleep", "60"], user=owner)
    file = folder / "cluster" / "postmaster.pid"
    assert file.exists()
    file.write_text(file.read_text().replace(str(pid), str(stranger.pid), 1))
    try:
        async with EmbeddedPostgres(folder) as server:
            assert await ask(server, "SELECT text FROM note") == "kept"
    finally:
        stranger.kill()
        stranger.wait()
    assert "not properly shut down" in (folder / "server.log").read_text()


@linux
async def test_a_kill_in_the_middle_of_the_first_start_leaves_no_half_cluster(
    folder: Path, start_parent: Callable[..., Parent]
) -> None:
    parent = start_parent()
    assert eventually((folder / "new" / "cluster" / "PG_VERSION").exists)
    parent.kill()
    parent.reap()
    assert not (folder / "cluster").exists()
    async with EmbeddedPostgres(folder) as server:
        assert await ask(server, "SELECT 1") == 1
    assert not (folder / "new").exists()


async def test_data_of_another_major_version_is_refused(used: Path) -> None:
    version = used / "cluster" / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 15"):
        async with EmbeddedPostgres(used):
            pass


async def test_a_lost_password_is_an_error_and_not_a_new_one(used: Path) -> None:
    (used / "password").unlink()
    with pytest.raises(EmbeddedPostgresError, match="password .* is missing"):
        async with EmbeddedPostgres(used):
            pass


async def test_a_taken_port_is_replaced_unless_it_was_asked_for(used: Path) -> None:
    before = int((used / "port").read_text())
    with socket.create_server(("127.0.0.1", before)):
        with pytest.raises(EmbeddedPostgresError, match="Address already in use"):
            async with EmbeddedPostgres(used, port=before):
                pass
        async with EmbeddedPostgres(used) as server:
            assert await ask(server, "SELECT 1") == 1
            assert int((used / "port").read_text()) != before


async def test_a_setting_that_the_server_refuses_is_in_the_message(used: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match='unrecognized configuration parameter "nope"'):
        async with EmbeddedPostgres(used, settings={"nope": "1"}):
            pass


async def test_an_end_that_nobody_asked_for_is_logged(
    used: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        async with EmbeddedPostgres(used):
            pid = postmaster(used / "cluster")
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            for _ in range(500):
                if caplog.messages:
                    break
                await asyncio.sleep(0.01)
    assert "ended with status -9" in caplog.messages[0]


@linux
def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path: Path) -> None:
    children: list[Child] = []
    descriptor = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    thread = threading.Thread(
        target=lambda: children.append(
            Child(["sleep", "60"], cwd=tmp_path, account=None, log=descriptor, keep=descriptor)
        )
    )
    thread.start()
    thread.join()
    os.close(descriptor)
    (child,) = children
    time.sleep(0.2)  # the signal of the kernel, if it came, would be there at once
    assert not child.exited.done()
    child.send(signal.SIGKILL)
    assert child.exited.result(timeout=10) == -signal.SIGKILL


@as_root
async def test_root_hands_over_to_an_unprivileged_user_below_a_closed_folder(folder: Path) -> None:
    folder.parent.mkdir(mode=0o700)
    async with EmbeddedPostgres(folder) as server:
        pid = postmaster(folder / "cluster")
        assert pid is not None
        status = Path(f"/proc/{pid}/status").read_text()
        assert f"\nUid:\t{_NOBODY}\t{_NOBODY}\t" in status
        assert "\nCapEff:\t0000000000000000\n" in status
        assert "\nGroups:\t \n" in status
        assert await ask(server, "SELECT 1") == 1
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


@as_root
async def test_the_owner_of_the_data_runs_it_and_nobody_else_but_root(
    folder: Path, start_parent: Callable[..., Parent]
) -> None:
    os.chown(folder.parents[1], _NOBODY, _NOBODY)
    parent = start_parent(str(_NOBODY))
    parent.wait_until_up()
    parent.kill()
    parent.reap()
    assert folder.stat().st_uid == _NOBODY
    async with EmbeddedPostgres(folder, user="daemon") as server:
        assert await ask(server, "SELECT text FROM note") == "kept"
    assert (folder / "cluster").stat().st_uid == _NOBODY


@as_root
async def test_an_unknown_user_is_named(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="does not exist: no-such-user"):
        async with EmbeddedPostgres(folder, user="no-such-user"):
            pass


@as_root
def test_programs_below_a_closed_folder_are_copied_to_an_open_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account("nobody", _NOBODY, _NOBODY)
    closed = folder.parents[1] / "closed"
    closed.mkdir(mode=0o700)
    assert account.may_reach(folder.parents[1] / "file")
    assert not account.may_reach(closed / "file")

    cache = folder.parents[1] / "cache"
    monkeypatch.setattr(programs_module, "_CACHE", cache)
    monkeypatch.setattr(Account, "may_reach", lambda self, file: False)
    mask = os.umask(0o077)
    try:
        copied = programs_module.programs(account)
    finally:
        os.umask(mask)
    assert copied.folder.is_relative_to(cache)
    assert programs_module.programs(account) == copied
    said = subprocess.run(
        [copied.postgres, "--version"], user=_NOBODY, capture_output=True, check=True, text=True
    )
    assert said.stdout.startswith(f"postgres (PostgreSQL) {copied.major()}.")
