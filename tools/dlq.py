"""Dead letters, and readers of the log, from the command line.

    python -m tools.dlq list [GROUP] [--after POSITION] [--limit N]
    python -m tools.dlq show GROUP MESSAGE_ID
    python -m tools.dlq replay GROUP [MESSAGE_ID]   one, or all of the group
    python -m tools.dlq readers                     how far each reader of the log is
    python -m tools.dlq forget READER               one that will not come back

Of the configured database. What is replayed is tried at once by whoever runs the background work,
as if for the first time.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from application.messages import Context
from application.messaging.cloudevents import encode
from application.ports.consumed import DeadLetter
from application.ports.log import LogReaders
from application.ports.unit_of_work import Begin
from core.database import database_of
from core.settings import settings_or_exit
from infrastructure.postgres.cursors import PostgresLogReaders
from infrastructure.postgres.database import Database
from infrastructure.postgres.unit_of_work import PostgresUnitOfWork

_STEP = 500
_NONE = "there is no such dead letter"


class Desk:
    """What the commands do, with any adapter."""

    def __init__(self, begin: Begin, readers: LogReaders) -> None:
        self._begin = begin
        self._readers = readers
        self._ctx = Context.system(f"dlq-{uuid4()}")

    async def letters(self, group: str | None, *, after: int, limit: int) -> list[str]:
        return [
            f"{letter.message.position:>8}  {letter.group}  {letter.message.type}"
            f"  {letter.message.id}  {letter.attempts} attempts  {letter.error}"
            for letter in await self._letters(group, after=after, limit=limit)
        ]

    async def show(self, group: str, message_id: UUID) -> list[str]:
        """Raises LookupError."""
        letters = await self._letters(group)
        letter = next((each for each in letters if each.message.id == message_id), None)
        if letter is None:
            raise LookupError(_NONE)
        headers, data = encode(letter.message)
        said = [f"group: {group}", f"attempts: {letter.attempts}", f"error: {letter.error}"]
        said += [f"{name}: {value}" for name, value in headers.items()]
        return [*said, "", json.dumps(json.loads(data), indent=2, ensure_ascii=False)]

    async def replay(self, group: str, message_id: UUID | None = None) -> int:
        """Returns how many. Raises LookupError."""
        letters = [
            letter
            for letter in await self._letters(group)
            if message_id in (None, letter.message.id)
        ]
        if message_id is not None and not letters:
            raise LookupError(_NONE)
        for letter in letters:
            async with self._begin(self._ctx) as work:
                work.consumed.revive(letter)
                await work.commit(None)
        return len(letters)

    async def readers(self) -> list[str]:
        return [
            f"{name}  {lag.count} messages  {lag.oldest_seconds:.0f} s"
            for name, lag in sorted((await self._readers.lags()).items())
        ]

    async def forget(self, reader: str) -> bool:
        return await self._readers.forget(reader)

    async def _letters(
        self, group: str | None, *, after: int = 0, limit: int | None = None
    ) -> Sequence[DeadLetter]:
        """The first `limit` behind `after`; without one, all of the group."""
        found: list[DeadLetter] = []
        while True:
            async with self._begin(self._ctx) as work:
                some = await work.consumed.dead(group, after=after, limit=limit or _STEP)
            found += some
            if limit is not None or len(some) < _STEP:
                return found
            after = some[-1].message.position


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    async with (
        database_of(settings_or_exit()) as (address, _),
        Database(address.url, pool_min=1, pool_max=3, application_name="dlq") as database,
    ):
        readers = PostgresLogReaders(database)
        try:
            yield Desk(PostgresUnitOfWork.starter(database), readers)
        finally:
            await readers.close()


async def run(desk: Desk, arguments: argparse.Namespace) -> Sequence[str]:
    """What there is to say. Raises LookupError."""
    match arguments.command:
        case "list":
            found = await desk.letters(
                arguments.group, after=arguments.after, limit=arguments.limit
            )
            return found or ["no dead letters"]
        case "show":
            return await desk.show(arguments.group, arguments.message_id)
        case "replay":
            return [f"{await desk.replay(arguments.group, arguments.message_id)} are tried again"]
        case "readers":
            return await desk.readers()
        case _:
            known = await desk.forget(arguments.reader)
            return ["forgotten" if known else "there is no such reader"]


def parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dlq", description="Dead letters and readers of the log")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="dead letters, oldest first")
    listing.add_argument("group", nargs="?")
    listing.add_argument("--after", type=int, default=0, help="a position in the log")
    listing.add_argument("--limit", type=int, default=100)
    showing = commands.add_parser("show", help="one with its headers and data")
    showing.add_argument("group")
    showing.add_argument("message_id", type=UUID)
    replaying = commands.add_parser("replay", help="tries one, or all of a group, again")
    replaying.add_argument("group")
    replaying.add_argument("message_id", nargs="?", type=UUID)
    commands.add_parser("readers", help="how far each reader of the log is")
    forgetting = commands.add_parser("forget", help="a reader that will not come back")
    forgetting.add_argument("reader")
    return parser.parse_args(words)


async def main(arguments: argparse.Namespace) -> int:
    async with open_desk() as desk:
        try:
            lines = await run(desk, arguments)
        except LookupError as error:
            print(error.args[0], file=sys.stderr)
            return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(parse(sys.argv[1:]))))
