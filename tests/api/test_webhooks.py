"""What has no effect: forged, repeated, foreign, old, oversized events and those of no provider."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from api.webhooks.limit import MOST_BYTES
from infrastructure.memory.unit_of_work import MemoryUnitOfWork
from infrastructure.simulated.signature import HEADER, sign
from shared.errors import DatabaseUnavailable
from tests.api.house import SECRET, Client, House

PATH = "/payments/webhooks/simulated"
PAYMENT = "01936b2a-7c00-7a10-8000-000000000001"


def event(event_id: str = "evt_1", *, live: bool = True) -> bytes:
    data = {"reference": "sim_1", "payment_id": PAYMENT, "state": "captured", "live": live}
    return msgspec.json.encode(
        {
            "id": event_id,
            "type": "payment.captured",
            "created": "2030-01-01T00:00:00Z",
            "data": data,
        }
    )


def signed(body: bytes, *, secret: bytes = SECRET, ago: timedelta = timedelta()) -> dict[str, str]:
    return {HEADER: sign(secret, body, at=datetime.now(UTC) - ago)}


async def refused(house: House, body: bytes, headers: dict[str, str], reason: str) -> None:
    """Nothing is stored, and it is counted under that reason; the answer is the same for all."""
    stranger, before = house.client(), len(house.database.tables.inbox)
    house.observer.webhooks.clear()
    answer = await stranger.post(PATH, content=body, headers=headers, expect=400)
    problem = answer.json()
    assert (problem["code"], problem["metadata"]) == ("WEBHOOK_INVALID", {})
    assert len(house.database.tables.inbox) == before
    assert house.observer.webhooks == [("simulated", reason)]


async def test_what_is_genuine_is_stored_and_acknowledged(house: House) -> None:
    body = event()
    answer = await house.client().post(PATH, content=body, headers=signed(body), expect=200)
    assert answer.content == b'{"received":true}'
    assert answer.headers["content-type"] == "application/json"
    assert len(house.database.tables.inbox) == 1 and house.observer.webhooks == []


async def test_a_repeated_event_is_stored_once(house: House) -> None:
    body = event()
    headers = signed(body)
    for _ in range(3):  # replayed by whoever listened, or sent again by its provider
        await house.client().post(PATH, content=body, headers=headers, expect=200)
    assert len(house.database.tables.inbox) == 1


async def test_forged_events(house: House) -> None:
    body = event()
    await refused(house, body, {}, "FORGED")
    await refused(house, body, signed(body, secret=b"a secret of somebody else"), "FORGED")
    await refused(house, body + b" ", signed(body), "FORGED")


async def test_old_events(house: House) -> None:
    body = event()
    await refused(house, body, signed(body, ago=timedelta(minutes=6)), "OLD")


async def test_unreadable_events(house: House) -> None:
    body = b'{"id": 1}'
    await refused(house, body, signed(body), "UNREADABLE")


async def test_events_of_the_other_mode() -> None:
    """Where only tests are paid there, a real one has no effect, and the other way round."""
    for live in (True, False):
        house = House(modes=(live,))
        body = event(live=not live)
        await refused(house, body, signed(body), "OTHER_MODE")
        fitting = event(live=live)
        await house.client().post(PATH, content=fitting, headers=signed(fitting), expect=200)


async def test_events_of_a_provider_we_have_not(house: House) -> None:
    body = event()
    answer = await house.client().post(
        "/payments/webhooks/bank", content=body, headers=signed(body), expect=422
    )
    assert answer.json()["code"] == "PAYMENT_PROVIDER_UNKNOWN"
    assert house.observer.webhooks == [("bank", "UNKNOWN_PROVIDER")]
    assert not house.database.tables.inbox


@pytest.mark.parametrize("announced", [True, False])
async def test_oversized_events(house: House, announced: bool) -> None:
    async def chunks(body: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    body = event() + b" " * MOST_BYTES
    content = body if announced else chunks(body)
    answer = await house.client().post(PATH, content=content, headers=signed(body), expect=413)
    assert answer.json()["metadata"] == {"max_bytes": str(MOST_BYTES)}
    assert house.observer.webhooks == [("simulated", "OVERSIZED")]
    assert not house.database.tables.inbox


async def test_what_cannot_be_stored_is_not_acknowledged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider sends it again: 200 comes after the commit, or not at all."""

    async def away(self: MemoryUnitOfWork, answer: object, *, final: bool = True) -> None:
        raise DatabaseUnavailable()

    body = event()
    with monkeypatch.context() as patched:
        patched.setattr(MemoryUnitOfWork, "commit", away)
        await house.client().post(PATH, content=body, headers=signed(body), expect=503)
    assert not house.database.tables.inbox
    await house.client().post(PATH, content=body, headers=signed(body), expect=200)
    assert len(house.database.tables.inbox) == 1


async def test_the_largest_event_is_taken(house: House) -> None:
    body = event()
    body += b" " * (MOST_BYTES - len(body))
    await house.client().post(PATH, content=body, headers=signed(body), expect=200)
    assert len(house.database.tables.inbox) == 1


async def test_other_bodies_have_their_own_limit(house: House, member: Client) -> None:
    slug = "a" * MOST_BYTES
    answer = await member.post("/organizers", {"name": "Hall", "slug": slug})
    assert answer.json()["code"] == "FIELD_INVALID" and house.observer.webhooks == []
