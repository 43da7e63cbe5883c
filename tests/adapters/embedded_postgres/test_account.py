"""Which system user the server runs as, and what that user must be able to reach."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from infrastructure.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from infrastructure.postgres.embedded import programs as programs_module
from infrastructure.postgres.embedded.account import Account
from infrastructure.postgres.embedded.locks import postmaster
from tests.adapters.embedded_postgres.asking import ask
from tests.adapters.embedded_postgres.parent_process import Parent

_NOBODY = 65534

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands over to another user")


@as_root
async def test_root_hands_over_to_an_unprivileged_user_below_a_closed_folder(
    folder: Path, request: pytest.FixtureRequest
) -> None:
    folder.parent.mkdir(mode=0o700)
    groups = os.getgroups()
    os.setgroups([*groups, 4])  # one of root's groups, which the server must not keep
    request.addfinalizer(lambda: os.setgroups(groups))
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
