"""A member of a group in a process of its own, which can be killed and frozen.

Run with one argument, JSON; says on a line of its own what it begins and what is done.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from subprocess import PIPE, Popen

from application.ports.broker import Broker, Delivery
from tests.contracts.broker_bench import Maker

_FOLDER = Path(__file__).parents[2]


class Member:
    """Seen from the test. `began` and `done` are ids of messages, in order; an id is begun in the
    moment it is given to the handler, and is done `pause` seconds later."""

    def __init__(
        self, maker: Maker, *, group: str, topic: str, batch: int = 1, pause: float = 0.0
    ) -> None:
        options = {**asdict(maker), "group": group, "topic": topic, "batch": batch, "pause": pause}
        self.began: list[str] = []
        self.done: list[str] = []
        self._process = Popen(
            [sys.executable, "-m", "tests.contracts.broker_member", json.dumps(options)],
            cwd=_FOLDER,
            stdin=PIPE,  # ends when we do
            stdout=PIPE,
            text=True,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def freeze(self) -> None:
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def _read(self) -> None:
        for line in self._process.stdout or ():
            what, _, name = line.strip().partition(" ")
            {"began": self.began, "done": self.done}[what].append(name)


async def _main(
    function: str,
    options: dict[str, str | int | float],
    group: str,
    topic: str,
    batch: int,
    pause: float,
) -> None:
    module, _, name = function.partition(":")
    make: Callable[..., Broker] = getattr(importlib.import_module(module), name)

    async def handle(deliveries: Sequence[Delivery]) -> None:
        for each in deliveries:
            print("began", each.message.id, flush=True)
        await asyncio.sleep(pause)
        for each in deliveries:
            print("done", each.message.id, flush=True)

    broker = make(**options)
    await broker.subscribe(group, [topic], handle, batch=batch)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # without leaving the group: whoever reads us is gone


if __name__ == "__main__":
    asyncio.run(_main(**json.loads(sys.argv[1])))
