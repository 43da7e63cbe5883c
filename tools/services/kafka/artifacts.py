"""Kafka's Java archives, fetched once by Maven into .tools/."""

import fcntl
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Final

from tools.services.process import ServiceError

_POM: Final = Path(__file__).with_name("pom.xml")
_CACHE: Final = Path(__file__).parents[3] / ".tools" / "kafka"
_MISSING_JAVA: Final = (
    "{program} is missing: apt-get install --no-install-recommends openjdk-17-jre-headless maven"
)


def java() -> str:
    return _program("java")


def class_path() -> str:
    """The archives named by the POM; fetches them first where that was not done, which takes a
    minute and the network. Raises ServiceError."""
    folder = _CACHE / sha256(_POM.read_bytes()).hexdigest()[:16]
    if not folder.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        with (_CACHE / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                _fetch(folder)
    return f"{folder}/*"


def _fetch(folder: Path) -> None:
    stage = _CACHE / "new"
    shutil.rmtree(stage, ignore_errors=True)
    command = [
        _program("mvn"),
        "--batch-mode",
        "--quiet",
        f"--file={_POM}",
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        f"-DoutputDirectory={stage}",
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace")[-4000:]
        raise ServiceError(f"Maven could not fetch Kafka:\n{said}")
    stage.rename(folder)


def _program(name: str) -> str:
    if (found := shutil.which(name)) is None:
        raise ServiceError(_MISSING_JAVA.format(program=name))
    return found
