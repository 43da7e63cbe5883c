"""What is kept from run to run, and what a start refuses."""

import os
import socket
import stat
from pathlib import Path

import asyncpg
import pytest

from infrastructure.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from infrastructure.postgres.embedded.locks import postmaster
from tests.adapters.embedded_postgres.asking import ask
from tests.adapters.ports import kept_port


async def test_data_and_port_are_kept_from_run_to_run(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as server:
        url = server.url()
        await ask(server, "CREATE TABLE note AS SELECT 'kept' AS text")
        assert await ask(server, "SHOW fsync") == "on"
        assert await ask(server, "SHOW synchronous_commit") == "on"
        assert await ask(server, "SELECT lower('ÄÖ') = 'äö' AND 'Z' < 'a'") is True
    with kept_port(int((folder / "port").read_text())):
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
    with socket.create_server(("127.0.0.1", 0)) as other:
        before = other.getsockname()[1]
        (used / "port").write_text(str(before))
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
