"""Before the sale: accounts, an organizer and an event with the tickets."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2

from demo.shop import Account, Offer, Shop

_PASSWORD = "demo-password"  # nosec B105: of accounts that are made up here
_AT_ONCE = 4
PRICE = 2500
"""Cents."""


async def open_accounts(shop: Shop, count: int, done: Callable[[], None]) -> list[Account]:
    """New accounts, a few at a time; `done` is called for each."""
    run, slots = uuid.uuid4().hex[:12], asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> Account:
        async with slots:
            email = f"buyer-{number}-{run}@demo.example"
            await shop.register(email, _PASSWORD, f"Demo Buyer {number}")
            account = await shop.login(email, _PASSWORD)
            done()
            return account

    return list(await asyncio.gather(*(one(number) for number in range(count))))


async def open_sale(rest_url: str, account: Account, tickets: int) -> Offer:
    """An event on sale with so many tickets of one type."""
    headers = {"Authorization": f"Bearer {account.token}"}
    starts_at = datetime.now(UTC) + timedelta(days=30)
    async with httpx2.AsyncClient(
        base_url=f"{rest_url}/api/v1", headers=headers, timeout=30
    ) as client:
        organizer = await _post(
            client, "/organizers", {"name": "The Demo", "slug": f"demo-{uuid.uuid4().hex}"}
        )
        event = await _post(
            client,
            "/events",
            {
                "organizer_id": organizer["id"],
                "name": "A sale one can watch",
                "timezone": "Europe/Berlin",
                "starts_at": starts_at.isoformat(),
                "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
                "currency": "EUR",
                "ticket_types": [
                    {
                        "name": "Standing",
                        "price": {"amount": PRICE, "currency": "EUR"},
                        "capacity": tickets,
                    }
                ],
            },
        )
        await _post(client, f"/events/{event['id']}/publish", None)
        found = (await client.get(f"/events/{event['id']}")).raise_for_status().json()
    return Offer(event_id=found["id"], ticket_type_id=found["ticket_types"][0]["id"])


async def _post(
    client: httpx2.AsyncClient, path: str, body: dict[str, object] | None
) -> dict[str, object]:
    response = (await client.post(path, json=body)).raise_for_status()
    answer: dict[str, object] = response.json()
    return answer
