"""A process of our own entry point, and the channel to it."""

import asyncio
import signal
import socket
import sys
import time
from typing import Self

from core.link import Brief, Report, report_of, to_line


class Process:
    """Started from the thread that asks, which must live as long as this process: on Linux members
    end with it."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self._reader, self._writer = reader, writer
        self._serves_since: float | None = None
        self.pid = process.pid

    @classmethod
    async def start(cls, *arguments: str) -> Self:
        """The same program once more, in the same folder and environment, with `arguments`."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *sys.orig_argv[1:],
                *arguments,
                stdin=theirs.fileno(),
                # Ctrl-C in a terminal is for us: members stop when we tell them to.
                start_new_session=True,
            )
        return cls(process, *await asyncio.open_connection(sock=ours))

    async def ask(self, brief: Brief) -> Report | None:
        """Its answer, or None when it ended without one."""
        try:
            self._writer.write(to_line(brief))
            await self._writer.drain()
            report = report_of(await self._reader.readline())
        except ConnectionError:
            return None
        if report is not None and report.problem is None:
            self._serves_since = time.monotonic()
        return report

    async def ended(self) -> int:
        """Its status; below zero the signal that ended it."""
        status = await self._process.wait()
        self._writer.close()
        return status

    def served(self) -> float:
        """For how many seconds; none if it never did."""
        return time.monotonic() - self._serves_since if self._serves_since else 0.0

    def send(self, number: signal.Signals) -> None:
        """Nothing happens if it has ended."""
        if self._process.returncode is None:
            self._process.send_signal(number)
