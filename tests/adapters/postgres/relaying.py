"""Processes that relay and consume, and die. Their broker is a file: what was written to it stays,
whatever becomes of who wrote it."""

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Final

from application.messaging import cloudevents
from application.messaging.consumer import Consumer
from application.messaging.dispatch import Dispatcher
from application.messaging.message import Message
from application.messaging.relay import Relay
from application.ports.broker import Delivery
from infrastructure.postgres.cursors import PostgresLogReaders
from infrastructure.postgres.database import Database
from infrastructure.postgres.log import PostgresFactLog
from infrastructure.postgres.unit_of_work import PostgresUnitOfWork
from tests.contracts.dispatch import GROUP, Failures, Noting

TYPES: Final = frozenset({"user.created", "user.renamed"})
_BATCH: Final = 6
_IDLE_SECONDS: Final = 0.005


class Death(Enum):
    """Where a process kills itself; LATER: somebody else does it, at any moment."""

    BEFORE = "it has read, and not done anything about it"
    AFTER = "it has done it, and nobody has noted that"
    LATER = "somewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """`rounds` is how often it does its work until it dies."""

    url: str
    folder: Path
    death: Death
    rounds: int

    def end(self, death: Death, done: int) -> None:
        if death is self.death and done >= self.rounds:
            os.kill(os.getpid(), signal.SIGKILL)

    @property
    def stream(self) -> Path:
        return self.folder / "stream"

    @property
    def acknowledged(self) -> Path:
        """How many lines of the stream the consumer need not be given again."""
        return self.folder / "acknowledged"


def published(life: Life) -> list[Message]:
    """Everything in the broker, repetitions included."""
    return [] if not life.stream.exists() else list(map(_read, _lines(life, 0)))


def relay(life: Life) -> None:
    asyncio.run(_relay(life))


def consume(life: Life) -> None:
    asyncio.run(_consume(life))


async def _relay(life: Life) -> None:
    stream = os.open(life.stream, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    done = 0

    async def publish(messages: Sequence[Message]) -> None:
        nonlocal done
        life.end(Death.BEFORE, done)
        os.write(stream, b"".join(map(_line, messages)))
        done += 1
        life.end(Death.AFTER, done)

    async with (
        _patient(life, 1, 2) as database,
        _patient(life, 0, 2) as standing,
    ):
        log, readers = PostgresFactLog(database), PostgresLogReaders(standing)
        relaying = Relay(readers=readers, reader="relay:file", sink=publish, limit=_BATCH)
        while True:
            await log.number(50)
            if not await relaying():
                await asyncio.sleep(_IDLE_SECONDS)


async def _consume(life: Life) -> None:
    done = 0
    async with _patient(life, 1, 4) as database:
        deliver = Dispatcher(
            begin=PostgresUnitOfWork.starter(database, key_wait=timedelta(seconds=1)),
            consumer=Consumer(group=GROUP, types=TYPES, effect=Noting()),
            observer=Failures(),
        ).deliver
        while True:
            first = acknowledged(life)
            lines = _lines(life, first)[:_BATCH] if life.stream.exists() else []
            if not lines:
                await asyncio.sleep(_IDLE_SECONDS)
                continue
            life.end(Death.BEFORE, done)
            await deliver([Delivery(message=_read(line)) for line in lines])
            done += 1
            life.end(Death.AFTER, done)
            new = life.acknowledged.with_suffix(".new")
            new.write_text(str(first + len(lines)))
            new.replace(life.acknowledged)


def _patient(life: Life, pool_min: int, pool_max: int) -> Database:
    """Nobody dies of a slow server."""
    return Database(
        life.url,
        pool_min=pool_min,
        pool_max=pool_max,
        connect_timeout=50,
        statement_timeout=50,
        lock_timeout=50,
    )


def acknowledged(life: Life) -> int:
    return int(life.acknowledged.read_text()) if life.acknowledged.exists() else 0


def _lines(life: Life, first: int) -> list[bytes]:
    """Whole ones: a write may be under way."""
    return life.stream.read_bytes().split(b"\n")[first:-1]


def _line(message: Message) -> bytes:
    headers, data = cloudevents.encode(message)
    return json.dumps([headers, data.decode()]).encode() + b"\n"


def _read(line: bytes) -> Message:
    headers, data = json.loads(line)
    return cloudevents.decode(headers, data.encode())
