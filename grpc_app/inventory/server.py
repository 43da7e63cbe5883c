"""Serves an Inventory to other processes of ours, on an address of its own."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import grpc
import msgspec
import structlog
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from application.messages import Context
from application.ports.inventory import Inventory
from application.ports.unit_of_work import KeyTaken, StaleWrite
from application.views.order import OrderView
from domain.order.order import Buyer
from grpc_app.errors import status_of
from grpc_app.generated.holdfast.internal.v1.inventory_pb2 import (
    CheckoutRequest,
    LetGoRequest,
    OrderAnswer,
)
from grpc_app.inventory.passports import PASSPORT, Passports
from grpc_app.inventory.signals import status_of_signal
from shared.errors import AppError, Internal, MalformedRequest
from shared.ids import HoldId, OrderId

SERVICE = "holdfast.internal.v1.InventoryService"
_log = structlog.get_logger("holdfast.inventory")

Q = TypeVar("Q", bound=Message)
_Rpc = grpc.aio.ServicerContext[bytes, bytes]
_Answer = Callable[[bytes, Context], Awaitable[OrderView]]


class InventoryServer:
    """Every call must carry a passport. Its port is not that of the API, where this service is not
    offered: nobody from outside is to reach it, and who does has no passport."""

    def __init__(
        self, inventory: Inventory, passports: Passports, address: str, *, shared: bool = False
    ) -> None:
        """Port 0 in the `address` takes a free one. `shared`: somebody keeps the port reserved."""
        self._inventory = inventory
        self._passports = passports
        self.address = address
        self._server = grpc.aio.server(options=(("grpc.so_reuseport", int(shared)),))
        methods = {"Checkout": self._checkout, "LetGo": self._let_go}
        handlers = {name: self._method(name, answer) for name, answer in methods.items()}
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(SERVICE, handlers),)
        )

    async def start(self) -> None:
        """Raises RuntimeError when the address cannot be bound."""
        port = self._server.add_insecure_port(self.address)
        self.address = f"{self.address.rpartition(':')[0]}:{port}"
        await self._server.start()

    async def stop(self, grace: float) -> None:
        await self._server.stop(grace)

    async def _checkout(self, data: bytes, ctx: Context) -> OrderView:
        asked = _read(CheckoutRequest(), data)
        buyer = Buyer(name=asked.buyer_name, email=asked.buyer_email)
        return await self._inventory.checkout(HoldId(_uuid(asked.hold_id)), buyer, ctx)

    async def _let_go(self, data: bytes, ctx: Context) -> OrderView:
        asked = _read(LetGoRequest(), data)
        return await self._inventory.let_go(OrderId(_uuid(asked.order_id)), ctx)

    def _method(self, name: str, answer: _Answer) -> "grpc.RpcMethodHandler[bytes, bytes]":
        async def call(data: bytes, rpc: _Rpc) -> bytes:
            request_id = "unknown"
            try:
                ctx = self._passports.context(_passports(rpc), name, data)
                request_id = ctx.request_id
                with structlog.contextvars.bound_contextvars(request_id=request_id):
                    view = await answer(data, ctx)
                return OrderAnswer(order=msgspec.json.encode(view)).SerializeToString()
            except (StaleWrite, KeyTaken) as signal:
                status = status_of_signal(signal)
            except AppError as refusal:
                status = status_of(refusal, request_id)
            except Exception as bug:
                _log.error("failed", method=name, request_id=request_id, exc_info=bug)
                status = status_of(Internal(metadata={"request_id": request_id}), request_id)
            told = rpc_status.to_status(status)
            await rpc.abort(told.code, told.details, tuple(told.trailing_metadata or ()))

        return grpc.unary_unary_rpc_method_handler(call)


def _passports(rpc: _Rpc) -> list[str | bytes]:
    return [value for name, value in rpc.invocation_metadata() or () if name == PASSPORT]


def _read(message: Q, data: bytes) -> Q:
    """Raises MalformedRequest."""
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise MalformedRequest() from None
    return message


def _uuid(text: str) -> UUID:
    """Raises MalformedRequest."""
    try:
        return UUID(text)
    except ValueError:
        raise MalformedRequest() from None
