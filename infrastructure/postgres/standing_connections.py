"""Connections that stay where they are needed all the time."""

from infrastructure.postgres.connections import Lent, Record, is_gone
from infrastructure.postgres.database import Database
from infrastructure.postgres.failures import raise_meaning
from infrastructure.postgres.identity import Identity, assume


class StandingConnections:
    """Borrows from a database and does not give back: to lend and to return costs more than what
    is read in between. All speak for one identity, so whoever has one can begin at once.

    At most `most`: whoever else uses that database needs some too.
    """

    def __init__(self, database: Database, identity: Identity, *, most: int) -> None:
        self._database = database
        self._identity = identity
        self._most = most
        self._idle: list[Lent] = []
        self._kept = 0
        self._borrowing = 0

    async def fetch(self, sql: str, *args: object) -> list[Record]:
        """One statement, which is a transaction of its own. Raises what the database's error
        means."""
        connection = await self._take()
        try:
            return await connection.fetch(sql, *args)
        except Exception as error:
            raise_meaning(error, connection)
        finally:
            await self._put(connection)

    async def close(self) -> None:
        """Gives back what nobody uses at the moment."""
        self._most = 0
        while self._idle:
            await self._release(self._idle.pop())

    async def _take(self) -> Lent:
        while self._idle:
            connection = self._idle.pop()
            if not is_gone(connection):
                return connection
            await self._release(connection)
        self._borrowing += 1
        try:
            connection = await self._database.lend()
        finally:
            self._borrowing -= 1
        self._kept += 1
        try:
            await assume(connection, self._identity)
        except BaseException as error:
            await self._release(connection)
            if isinstance(error, Exception):
                raise_meaning(error)
            raise
        return connection

    async def _put(self, connection: Lent) -> None:
        """A statement that was broken off may still be under way: its connection goes. So does one
        while somebody of us waits for the database to lend one: nothing else would tell them."""
        if self._kept > self._most or self._borrowing or is_gone(connection):
            await self._release(connection)
        else:
            self._idle.append(connection)

    async def _release(self, connection: Lent) -> None:
        self._kept -= 1
        await self._database.give_back(connection, rollback=False)
