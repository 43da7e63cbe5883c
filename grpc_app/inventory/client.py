"""The Inventory of a process that does not keep the holds: it asks the one that does."""

import asyncio
import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import grpc
import msgspec
import structlog
from google.protobuf.message import Message

from application.messages import Context
from application.ports.inventory import Inventory
from application.views.order import OrderView
from domain.order.order import Buyer
from grpc_app.clients.errors import ServerUnreachable, refusal_of
from grpc_app.generated.holdfast.internal.v1.inventory_pb2 import (
    CheckoutRequest,
    LetGoRequest,
    OrderAnswer,
)
from grpc_app.inventory.passports import PASSPORT, Passports
from grpc_app.inventory.server import SERVICE
from grpc_app.inventory.signals import signal_of
from shared.breaker import Breaker
from shared.errors import DeadlineExceeded, ServiceUnavailable
from shared.ids import HoldId, OrderId

_log = structlog.get_logger("holdfast.inventory")
_OPTIONS = (
    ("grpc.use_local_subchannel_pool", 1),  # else all channels would share one connection
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
)
_UNKNOWN = (ServerUnreachable, DeadlineExceeded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """`deadline` is for a call with all its tries; pauses between tries double."""

    deadline: float = 5.0
    tries: int = 4
    pause: float = 0.05
    failures: int = 5
    """So many calls in a row without an answer, and one in `rest` seconds is let through."""
    rest: float = 0.5


class RemoteInventory(Inventory):
    """Over a few connections, taken in turn. What cannot be delivered is tried again: a call that
    was carried out before its answer was lost has its key in the store, and raises KeyTaken."""

    def __init__(
        self,
        target: str,
        passports: Passports,
        *,
        connections: int = 2,
        patience: Patience = Patience(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._passports = passports
        self._patience = patience
        self._clock = clock
        self._channels = [
            grpc.aio.insecure_channel(target, options=_OPTIONS) for _ in range(connections)
        ]
        self._turns = itertools.cycle(self._channels)
        self._breaker = Breaker(
            retry_seconds=patience.rest,
            clock=clock,
            changed=_tell,
            failures=patience.failures,
        )

    async def close(self) -> None:
        for channel in self._channels:
            await channel.close()

    async def checkout(self, hold_id: HoldId, buyer: Buyer, ctx: Context) -> OrderView:
        request = CheckoutRequest(
            hold_id=str(hold_id), buyer_name=buyer.name, buyer_email=buyer.email
        )
        return await self._ask("Checkout", request, ctx)

    async def let_go(self, order_id: OrderId, ctx: Context) -> OrderView:
        return await self._ask("LetGo", LetGoRequest(order_id=str(order_id)), ctx)

    async def _ask(self, method: str, request: Message, ctx: Context) -> OrderView:
        era = self._breaker.admit()
        if era is None:
            raise ServiceUnavailable(retry_after=1)
        try:
            answer = await self._tried(method, request.SerializeToString(), ctx)
        except _UNKNOWN as failure:
            self._breaker.failed(era, failure.reason)
            raise ServiceUnavailable(retry_after=1) from failure
        except asyncio.CancelledError:
            raise  # says nothing about the other side
        except Exception:
            self._breaker.succeeded(era)  # it answered
            raise
        self._breaker.succeeded(era)
        return msgspec.json.decode(OrderAnswer.FromString(answer).order, type=OrderView)

    async def _tried(self, method: str, message: bytes, ctx: Context) -> bytes:
        patience, end = self._patience, self._clock() + self._patience.deadline
        for again in itertools.count(1):
            try:
                return await self._call(method, message, ctx, end - self._clock())
            except ServerUnreachable:
                pause = patience.pause * 2 ** (again - 1) * random.uniform(0.5, 1.5)  # nosec B311
                if again >= patience.tries or self._clock() + pause >= end:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def _call(self, method: str, message: bytes, ctx: Context, seconds: float) -> bytes:
        passport = self._passports.issue(ctx, method, message)
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = next(self._turns).unary_unary(
            f"/{SERVICE}/{method}"
        )
        try:
            answer: bytes = await call(message, timeout=seconds, metadata=((PASSPORT, passport),))
        except grpc.aio.AioRpcError as error:
            failure = signal_of(error) or refusal_of(error)
            if failure is None:
                raise
            raise failure from None
        return answer


def _tell(reachable: bool, why: str) -> None:
    if reachable:
        _log.info("the inventory answers again")
    else:
        _log.warning("the inventory does not answer and is left alone for a while", reason=why)
