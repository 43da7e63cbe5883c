"""A process that runs a server until it is killed, seen from the test."""

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[3]


class Parent:
    """``parent`` in a process of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.adapters.embedded_postgres.parent",
                str(folder),
                *arguments,
            ],
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
        """SIGKILL. Done when all of it has ended; a zombie until ``reap``."""
        if self.process.returncode is None:
            self.process.kill()
            os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)

    def reap(self) -> None:
        """Wait for its end."""
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
