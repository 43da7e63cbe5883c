"""The shop over gRPC, with the client that comes with Holdfast."""

from collections.abc import Awaitable
from typing import TypeVar

from demo.shop import Account, Offer, Shop, SoldTicket, Unanswered
from grpc_app.clients.client import HoldfastClient, bearer
from grpc_app.clients.errors import ServerUnreachable
from grpc_app.generated.holdfast.v1.auth_pb2 import LoginRequest, RegisterRequest
from grpc_app.generated.holdfast.v1.hold_pb2 import CreateHoldRequest, WantedLine
from grpc_app.generated.holdfast.v1.order_pb2 import (
    Buyer,
    CancelOrderRequest,
    CreateOrderRequest,
    GetOrderRequest,
    PayOrderRequest,
)
from grpc_app.generated.holdfast.v1.ticket_pb2 import ListTicketsRequest
from shared.errors import DeadlineExceeded

A = TypeVar("A")


class GrpcShop(Shop):
    def __init__(self, target: str) -> None:
        self.name = "gRPC"
        self._client = HoldfastClient(target)

    async def aclose(self) -> None:
        await self._client.close()

    async def register(self, email: str, password: str, name: str) -> None:
        request = RegisterRequest(email=email, password=password, name=name)
        await _answered(self._client.auth.Register(request))

    async def login(self, email: str, password: str) -> Account:
        request = LoginRequest(email=email, password=password)
        tokens = await _answered(self._client.auth.Login(request))
        return Account(email=email, token=tokens.access_token)

    async def hold(self, account: Account, offer: Offer, quantity: int, *, key: str) -> str:
        line = WantedLine(ticket_type_id=offer.ticket_type_id, quantity=quantity)
        request = CreateHoldRequest(event_id=offer.event_id, lines=[line], request_id=key)
        call = self._client.holds.CreateHold(request, metadata=bearer(account.token))
        return (await _answered(call)).id

    async def order(self, account: Account, hold_id: str, *, key: str) -> str:
        buyer = Buyer(name="Demo Buyer", email=account.email)
        request = CreateOrderRequest(hold_id=hold_id, buyer=buyer, request_id=key)
        call = self._client.orders.CreateOrder(request, metadata=bearer(account.token))
        return (await _answered(call)).id

    async def pay(self, account: Account, order_id: str, method: str, *, key: str) -> str:
        request = PayOrderRequest(order_id=order_id, method=method, request_id=key)
        call = self._client.orders.PayOrder(request, metadata=bearer(account.token))
        return (await _answered(call)).id

    async def cancel(self, account: Account, order_id: str, *, key: str) -> None:
        request = CancelOrderRequest(order_id=order_id, request_id=key)
        await _answered(self._client.orders.CancelOrder(request, metadata=bearer(account.token)))

    async def order_state(self, account: Account, order_id: str) -> str:
        request = GetOrderRequest(order_id=order_id)
        call = self._client.orders.GetOrder(request, metadata=bearer(account.token))
        return (await _answered(call)).state

    async def tickets(self, account: Account, order_id: str) -> tuple[SoldTicket, ...]:
        request = ListTicketsRequest(order_id=order_id)
        call = self._client.tickets.ListTickets(request, metadata=bearer(account.token))
        page = await _answered(call)
        return tuple(SoldTicket(id=ticket.id, code=ticket.code) for ticket in page.items)


async def _answered(call: Awaitable[A]) -> A:
    try:
        return await call
    except (ServerUnreachable, DeadlineExceeded) as error:
        raise Unanswered(error.message) from error
