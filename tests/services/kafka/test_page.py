"""The consumer that stands in docs/messaging.md, word for word, counts what comes twice once."""

import asyncio
import os
import re
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

from application.messaging.message import Message
from domain.ticket.facts import TicketIssued, TicketVoided
from infrastructure.kafka.records import record_of
from tests.domain.builders import AT
from tests.services.kafka.bench import KafkaBench
from tests.tools.messages import message_of

PAGE = Path(__file__).parents[3] / "docs" / "messaging.md"
PATIENCE = 120.0


def consumer() -> str:
    """The program of the page that reads Kafka."""
    programs = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (found,) = (each for each in programs if "AIOKafkaConsumer" in each)
    return str(found)


@asynccontextmanager
async def running(folder: Path, servers: str) -> AsyncIterator[Path]:
    """Gives its books."""
    program, books = folder / "consumer.py", folder / "books.db"
    program.write_text(consumer())
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, env={**os.environ, "KAFKA": servers, "BOOKS": str(books)}
    )
    try:
        yield books
        assert process.returncode is None, "it has ended by itself"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def sold(books: Path) -> dict[str, int]:
    with closing(sqlite3.connect(books, timeout=60)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'sold'")
        if not tables.fetchall():
            return {}
        return dict(connection.execute("SELECT event, tickets FROM sold").fetchall())


async def until(books: Path, expected: dict[str, int]) -> None:
    """Of these events: other tests may have sold something at this server."""

    def of_these() -> dict[str, int]:
        return {event: count for event, count in sold(books).items() if event in expected}

    async with asyncio.timeout(PATIENCE):
        while of_these() != expected:
            await asyncio.sleep(0.1)


def ticket(event_id: UUID, *, voided: bool = False) -> Message:
    common = {"ticket_id": uuid4(), "order_id": uuid4(), "event_id": event_id, "occurred_at": AT}
    if voided:
        return message_of(TicketVoided(returned=True, **common))  # type: ignore[arg-type]
    return message_of(TicketIssued(ticket_type_id=uuid4(), **common))  # type: ignore[arg-type]


async def test_the_consumer_of_the_page(bench: KafkaBench, tmp_path: Path) -> None:
    assert len(consumer().splitlines()) < 35
    broker, (one, other) = bench.connect(), (uuid4(), uuid4())
    issued = [ticket(one), ticket(one), ticket(other)]
    assert record_of(issued[0]).topic == "ticketing.ticket"
    await broker.publish([*issued, ticket(one, voided=True), *issued])
    servers = bench.server.url.removeprefix("kafka://")
    async with running(tmp_path, servers) as books:
        await until(books, {str(one): 2, str(other): 1})
        last = ticket(other)
        await broker.publish([last, replace(last, position=last.position + 1)])
        await until(books, {str(one): 2, str(other): 2})
    async with running(tmp_path, servers) as books:  # it goes on where it was
        await broker.publish([issued[0], ticket(one)])
        await until(books, {str(one): 3, str(other): 2})
