"""The organizer's side of a sale that is being killed: refunds over either face, and the end."""

import asyncio
import itertools
import uuid
from dataclasses import dataclass, field

import httpx2

from demo.shop import Account, Offer
from demo.tally import Tally
from grpc_app.clients.client import HoldfastClient, bearer
from grpc_app.clients.errors import ServerUnreachable
from grpc_app.generated.holdfast.v1.money_pb2 import Money
from grpc_app.generated.holdfast.v1.order_pb2 import RefundOrderRequest
from shared.errors import AppError, Code

_LOST = (Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.ABORTED)


@dataclass(kw_only=True)
class Desk:
    """`asked` are the refunds by key: of which order, how much (None: all that is left), and
    whether they were acknowledged."""

    account: Account
    asked: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    refused: int = 0

    async def refund_some(self, tally: Tally, rest_url: str, grpc_target: str) -> None:
        """Of every second order that is confirmed, over one face and the other; until cancelled."""
        done: set[str] = set()
        rest, grpc = _rest(rest_url, self.account), HoldfastClient(grpc_target)
        faces = itertools.cycle([True, False])
        try:
            while True:
                for order_id in [each for each in list(tally.confirmed) if each not in done]:
                    done.add(order_id)
                    if len(done) % 2:
                        key, amount = uuid.uuid4().hex, (None, 700)[len(done) % 4 // 2]
                        self.asked[key] = (order_id, amount)
                        await self.send(key, rest if next(faces) else grpc)
                await asyncio.sleep(0.01)
        finally:
            await rest.aclose()
            await grpc.close()

    async def send(self, key: str, face: "httpx2.AsyncClient | HoldfastClient") -> None:
        """Once. No answer is none; a refusal is counted."""
        order_id, amount = self.asked[key]
        if isinstance(face, HoldfastClient):
            request = RefundOrderRequest(order_id=order_id, reason="Asked for", request_id=key)
            if amount is not None:
                request.amount.CopyFrom(Money(amount=amount, currency="EUR"))
            try:
                await face.orders.RefundOrder(request, metadata=bearer(self.account.token))
            except ServerUnreachable:
                return
            except AppError as refusal:
                self.refused += refusal.code not in _LOST
                return
            self.acknowledged.add(key)
            return
        body: dict[str, object] = {"reason": "Asked for"}
        if amount is not None:
            body["amount"] = {"amount": amount, "currency": "EUR"}
        path = f"/orders/{order_id}/refunds"
        try:
            answer = await face.post(path, json=body, headers={"Idempotency-Key": key})
        except httpx2.TransportError:
            return
        if answer.status_code == 201:
            self.acknowledged.add(key)
        else:
            self.refused += answer.status_code < 500 and answer.status_code != 409

    async def repeat(self, rest_url: str) -> None:
        """Everything that was not acknowledged, under its key, until it is."""
        async with _rest(rest_url, self.account) as rest:
            for key in self.asked.keys() - self.acknowledged:
                for _ in range(100):
                    await self.send(key, rest)
                    if key in self.acknowledged:
                        break
                    await asyncio.sleep(0.2)

    async def call_off(self, rest_url: str, offer: Offer) -> None:
        async with _rest(rest_url, self.account) as rest:
            (await rest.post(f"/events/{offer.event_id}/cancel")).raise_for_status()


def _rest(url: str, account: Account) -> httpx2.AsyncClient:
    headers = {"Authorization": f"Bearer {account.token}"}
    return httpx2.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=60)
