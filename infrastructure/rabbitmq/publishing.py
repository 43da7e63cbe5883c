"""Letters to RabbitMQ: confirmed by it, in the order given, whatever fails between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange

from infrastructure.rabbitmq.config import RabbitMqConfig
from infrastructure.rabbitmq.envelopes import Letter
from infrastructure.rabbitmq.topology import Exchanges, declare_exchanges

ChooseExchange = Callable[[Exchanges], AbstractExchange]
Prepare = Callable[["Line"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    connection: AbstractConnection
    channel: AbstractChannel
    exchanges: Exchanges


class Publisher:
    """One channel for all calls, on which RabbitMQ performs what it gets in turn. After the first
    failure it is given up for a new one: of a call that failed a first part may be in the queues,
    or may still arrive, but never a later message without the earlier ones."""

    def __init__(self, config: RabbitMqConfig) -> None:
        self._config = config
        self._opening = asyncio.Lock()
        self._line: Line | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, to: ChooseExchange, letters: Sequence[Letter]) -> None:
        """Done when all are confirmed, which may take forever: the caller has the clock, and may
        cancel this. Raises what `FAILURES` has."""
        async with self._using() as line:
            exchange = to(line.exchanges)
            outcomes = await asyncio.gather(
                *(exchange.publish(each.envelope, each.key, mandatory=False) for each in letters),
                return_exceptions=True,  # so that nothing goes on after the first failure is told
            )
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome

    async def prepare(self, prepare: Prepare) -> None:
        """Raises what `FAILURES` has."""
        async with self._using() as line:
            await prepare(line)

    async def close(self) -> None:
        if self._line is not None:
            self._give_up(self._line)
        while self._closing:
            await asyncio.wait(self._closing)

    @asynccontextmanager
    async def _using(self) -> AsyncIterator[Line]:
        async with self._opening:
            if self._line is None or self._line.channel.is_closed:
                self._line = await self._open()
            mine = self._line
        try:
            yield mine
        except BaseException:
            self._give_up(mine)
            raise

    async def _open(self) -> Line:
        connection = await self._config.connect()
        try:
            channel = await connection.channel()
            exchanges = await declare_exchanges(channel)
        except BaseException:
            self._hang_up(connection)
            raise
        return Line(connection=connection, channel=channel, exchanges=exchanges)

    def _give_up(self, line: Line) -> None:
        if self._line is line:
            self._line = None
        self._hang_up(line.connection)

    def _hang_up(self, connection: AbstractConnection) -> None:
        task = asyncio.create_task(connection.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
