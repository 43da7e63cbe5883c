"""Where several processes keep their figures, so that whoever is asked can tell of all.

The library decides when it is imported whether it shares, by a variable of the environment: the
supervisor sets it, and its members inherit it.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


def is_shared() -> bool:
    """Whether this process shares its figures with others."""
    return VARIABLE in os.environ


@contextmanager
def shared_folder(parent: Path) -> Iterator[Path]:
    """A folder of this process in `parent`, named for its id; those of processes that are gone
    are removed."""
    for old in parent.glob("[0-9]*"):
        if not _is_alive(int(old.name)):
            shutil.rmtree(old, ignore_errors=True)
    folder = (parent / str(os.getpid())).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        del os.environ[VARIABLE]
        shutil.rmtree(folder, ignore_errors=True)


def forget_gauges(pid: int) -> None:
    """A process has ended: what it had under way is over. What it counted stays counted."""
    folder = os.environ.get(VARIABLE)
    if folder is not None:
        for file in Path(folder).glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
