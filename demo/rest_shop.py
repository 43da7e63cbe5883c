"""The shop over REST."""

from collections.abc import Mapping

import httpx2

from application.app import Application  # noqa: F401  # declares every reason
from demo.shop import Account, Offer, Shop, SoldTicket, Unanswered
from shared.errors import AppError

_CONNECTIONS = 64


class RestShop(Shop):
    def __init__(self, url: str) -> None:
        self.name = "REST"
        self.url = url
        self._client = httpx2.AsyncClient(
            base_url=f"{url}/api/v1",
            timeout=30,
            limits=httpx2.Limits(
                max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS
            ),
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def register(self, email: str, password: str, name: str) -> None:
        body = {"email": email, "password": password, "name": name}
        await self._call("POST", "/auth/register", None, body=body)

    async def login(self, email: str, password: str) -> Account:
        body = {"email": email, "password": password}
        tokens = await self._call("POST", "/auth/login", None, body=body)
        return Account(email=email, token=str(tokens["access_token"]))

    async def hold(self, account: Account, offer: Offer, quantity: int, *, key: str) -> str:
        line = {"ticket_type_id": offer.ticket_type_id, "quantity": quantity}
        body = {"event_id": offer.event_id, "lines": [line]}
        return str((await self._call("POST", "/holds", account, body=body, key=key))["id"])

    async def order(self, account: Account, hold_id: str, *, key: str) -> str:
        buyer = {"name": "Demo Buyer", "email": account.email}
        body = {"hold_id": hold_id, "buyer": buyer}
        return str((await self._call("POST", "/orders", account, body=body, key=key))["id"])

    async def pay(self, account: Account, order_id: str, method: str, *, key: str) -> str:
        path = f"/orders/{order_id}/payments"
        payment = await self._call("POST", path, account, body={"method": method}, key=key)
        return str(payment["id"])

    async def cancel(self, account: Account, order_id: str, *, key: str) -> None:
        await self._call("POST", f"/orders/{order_id}/cancel", account, key=key)

    async def order_state(self, account: Account, order_id: str) -> str:
        return str((await self._call("GET", f"/orders/{order_id}", account))["state"])

    async def tickets(self, account: Account, order_id: str) -> tuple[SoldTicket, ...]:
        page = await self._call("GET", f"/orders/{order_id}/tickets", account)
        items = page["items"]
        if not isinstance(items, list):
            raise TypeError(f"a list was expected, not {items!r}")
        return tuple(SoldTicket(id=item["id"], code=item["code"]) for item in items)

    async def _call(
        self,
        method: str,
        path: str,
        account: Account | None,
        *,
        body: Mapping[str, object] | None = None,
        key: str | None = None,
    ) -> dict[str, object]:
        headers: dict[str, str] = {}
        if account is not None:
            headers["Authorization"] = f"Bearer {account.token}"
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            response = await self._client.request(method, path, headers=headers, json=body)
        except httpx2.TransportError as error:
            raise Unanswered(f"{method} {path}: {error!r}") from error
        answer: dict[str, object] = response.json()
        if response.is_success:
            return answer
        raise AppError.reasons()[str(answer["code"])](str(answer["detail"]))
