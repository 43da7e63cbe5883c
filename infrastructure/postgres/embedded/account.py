"""The user the server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path

from infrastructure.postgres.embedded.errors import EmbeddedPostgresError


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine whom a child process is handed over to."""

    name: str
    uid: int
    gid: int

    def may_reach(self, file: Path) -> bool:
        """Whether this user may enter every folder above ``file``, by their permission bits."""
        return all(self._may_enter(folder.stat()) for folder in file.resolve().parents)

    def _may_enter(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & 0o100)
        if folder.st_gid == self.gid:
            return bool(folder.st_mode & 0o010)
        return bool(folder.st_mode & 0o001)


def server_account(cluster: Path, unprivileged: str) -> Account | None:
    """The user to hand the server over to; ``None`` when we may run it ourselves.

    An existing ``cluster`` decides: its owner runs it. A new one made by root belongs to
    ``unprivileged``. Raises ``EmbeddedPostgresError`` if there is no such user, or if the
    cluster belongs to somebody whom we cannot become.
    """
    me = os.geteuid()
    owner = cluster.stat().st_uid if cluster.exists() else None
    if me != 0:
        if owner is not None and owner != me:
            raise EmbeddedPostgresError(
                f"{cluster} belongs to user id {owner} and this process runs as {me}: start "
                "as the user (or root) who made the data, or choose another DATA_DIR"
            )
        return None
    if sys.platform != "linux":
        raise EmbeddedPostgresError("PostgreSQL does not run as root: start as an ordinary user")
    try:
        entry = pwd.getpwnam(unprivileged) if owner is None else pwd.getpwuid(owner)
    except KeyError as error:
        raise EmbeddedPostgresError(
            "PostgreSQL does not run as root, and the user to run it as does not exist: "
            f"{unprivileged if owner is None else owner}"
        ) from error
    if entry.pw_uid == 0:
        raise EmbeddedPostgresError(f"PostgreSQL does not run as root, nor as {entry.pw_name!r}")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
