"""Who is told what, and what becomes of it: the consumer, and the job that sends."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.assembly import Rules, assemble_jobs
from application.background.relock_webhook_secrets import RelockWebhookSecrets
from application.background.send_webhooks import SendWebhooks
from application.messaging.message import Message
from application.ports.webhooks import SecretLost
from application.views.webhook import WebhookDeliveryView, WebhookEndpointView
from application.webhook.bodies import TYPES
from application.webhook.create_webhook_endpoint import CreateWebhookEndpoint
from application.webhook.list_webhook_deliveries import ListWebhookDeliveries
from application.webhook.list_webhook_endpoints import ListWebhookEndpoints
from application.webhook.rotate_webhook_secret import RotateWebhookSecret
from application.webhook.send_test_webhook import SendTestWebhook
from application.webhook.telling import TellEndpoints, nobody_listens, webhooks_consumer
from application.webhook.update_webhook_endpoint import UpdateWebhookEndpoint
from domain.webhook.delivery import Attempt, DeliveryState
from infrastructure.sealed.vault import AesVault
from shared.ids import OrganizerId, WebhookEndpointId
from tests.adapters.memory.harness import MemoryHarness, StillClock
from tests.contracts.receivers import Receivers, Told
from tests.contracts.world import IDS, VAULT, Caller, World

MINUTE = timedelta(minutes=1)
RULES = Rules()
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return World(MemoryHarness(StillClock()))


@pytest.fixture
async def olga(world: World) -> Caller:
    return await seller(world)


async def seller(world: World) -> Caller:
    caller = await world.user()
    await world.organizer(caller)
    return caller


def house(caller: Caller) -> OrganizerId:
    return caller.memberships[0].organizer_id


async def make(
    world: World, by: Caller, *types: str, live: bool = True, url: str = "https://hall.example/"
) -> WebhookEndpointView:
    command = CreateWebhookEndpoint(
        organizer_id=house(by), live=live, url=url, types=types or ("*",), description=None
    )
    return await world.application.webhook_endpoints.create(command, by.ctx())


def message(
    organizer_id: OrganizerId | None, type: str = "event.published", *, live: bool = True
) -> Message:
    return Message(
        id=IDS.uuid(),
        position=7,
        type=type,
        version=1,
        aggregate=type.partition(".")[0],
        aggregate_id=IDS.uuid(),
        payload={"name": "Löwe"},
        occurred_at=NOW,
        request_id="request",
        actor="system",
        organizer_id=organizer_id,
        live=live,
    )


async def tell(world: World, *messages: Message) -> None:
    for each in messages:
        async with world.begin(world.system()) as work:
            await TellEndpoints(IDS)(each, work, world.system())
            await work.commit(None)


async def send(world: World) -> int:
    [job] = [job for job in assemble_jobs(world.ports, RULES) if job.name == "send_webhooks"]
    return await job.run()


async def deliveries(
    world: World, by: Caller, endpoint: WebhookEndpointView
) -> tuple[WebhookDeliveryView, ...]:
    query = ListWebhookDeliveries(
        webhook_endpoint_id=endpoint.id, state=None, page_size=100, page_token=None
    )
    page = await world.application.webhook_endpoints.list_deliveries(query, by.ctx())
    return page.items


async def state(world: World, by: Caller, endpoint: WebhookEndpointView) -> tuple[str, str | None]:
    query = ListWebhookEndpoints(organizer_id=house(by), page_size=100, page_token=None)
    page = await world.application.webhook_endpoints.list(query, by.ctx())
    [found] = [each for each in page.items if each.id == endpoint.id]
    assert found.secret is None
    return found.state, found.disabled_by


def verify(told: Told, secret: str) -> bool:
    """As the scheme says it, written once more."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    moment = told.headers["webhook-timestamp"]
    signed = told.headers["webhook-id"].encode() + b"." + moment.encode() + b"." + told.body
    good = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    return good.decode() in told.headers["webhook-signature"].split(" ")


def away(world: World, *answers: Attempt) -> Receivers:
    world.receivers.answers.extend(answers)
    return world.receivers


async def test_a_message_is_told_as_it_is(world: World, olga: Caller) -> None:
    endpoint = await make(world, olga)
    said = message(house(olga))
    await tell(world, said)
    assert await send(world) == 1
    [told] = world.receivers.told
    assert json.loads(told.body) == {
        "id": str(said.id),
        "type": "event.published",
        "timestamp": "2026-11-21T10:00:00Z",
        "position": 7,
        "organizer_id": str(house(olga)),
        "live": True,
        "data": {"name": "Löwe"},
    }
    assert told.url == "https://hall.example/"
    assert told.headers["webhook-id"] == str(said.id)
    assert told.headers["content-type"] == "application/json"
    assert endpoint.secret is not None and verify(told, endpoint.secret)
    assert not verify(replace(told, body=told.body + b" "), endpoint.secret)
    [delivery] = await deliveries(world, olga, endpoint)
    assert (delivery.state, delivery.attempts, delivery.status) == ("DELIVERED", 1, 204)
    assert await send(world) == 0


async def test_who_is_told(world: World, olga: Caller) -> None:
    """Endpoints of that organizer and that mode, which want it and are not off."""
    otto = await seller(world)
    for by, name, types, live in (
        (olga, "all", ("*",), True),
        (olga, "events", ("event.*",), True),
        (olga, "orders", ("order.*",), True),
        (olga, "tests", ("*",), False),
        (olga, "off", ("*",), True),
        (otto, "otto", ("*",), True),
    ):
        made = await make(world, by, *types, live=live, url=f"https://{name}.example/")
        if name == "off":
            await switch(world, olga, made, on=False)

    async def told_by(*messages: Message) -> set[str]:
        world.receivers.told.clear()
        await tell(world, *messages)
        await send(world)
        return {told.url.removeprefix("https://").partition(".")[0] for told in receivers.told}

    receivers = world.receivers
    assert await told_by(message(house(olga))) == {"all", "events"}
    assert await told_by(message(house(olga), live=False)) == {"tests"}
    assert await told_by(message(house(otto))) == {"otto"}
    assert await told_by(message(None, "user.created")) == set()
    assert await told_by(message(house(olga), "webhook.failing")) == set()


async def switch(world: World, by: Caller, endpoint: WebhookEndpointView, *, on: bool) -> None:
    command = UpdateWebhookEndpoint(
        webhook_endpoint_id=endpoint.id, url=None, types=None, description=None, enabled=on
    )
    await world.application.webhook_endpoints.update(command, by.ctx())


def test_the_consumer_takes_what_organizers_are_told() -> None:
    consumer = webhooks_consumer(IDS)
    assert (consumer.group, consumer.types, consumer.projection) == ("webhooks", TYPES, None)
    assert {"order.confirmed", "ticket.issued", "hold.created"} <= TYPES
    assert not any(name.startswith(("webhook.", "user.", "session.", "guest.")) for name in TYPES)


async def test_what_no_endpoint_wants_concerns_nobody(world: World, olga: Caller) -> None:
    await make(world, olga, "order.*")
    await make(world, olga, "*", live=False)
    wanted = (
        message(house(olga), "order.confirmed"),
        message(house(olga), "hold.created", live=False),
    )
    others = (
        message(house(olga), "hold.created"),
        message(OrganizerId(IDS.uuid()), "order.confirmed"),
        message(None, "order.confirmed"),
    )
    async with world.begin(world.system()) as work:
        found = await nobody_listens([*wanted, *others], work)
    assert list(found) == [each.id for each in others]
    await tell(world, *others)
    assert await send(world) == 0
    await tell(world, *wanted)
    assert await send(world) == 2
    assert webhooks_consumer(IDS).unconcerned is nobody_listens


async def test_the_same_message_again_is_told_once(world: World, olga: Caller) -> None:
    await make(world, olga)
    said = message(house(olga))
    await tell(world, said, said)
    assert await send(world) == 1


async def test_repetitions_say_the_same(world: World, olga: Caller) -> None:
    """With the same id and body; signed anew."""
    endpoint = await make(world, olga)
    receivers = away(world, Attempt(status=None, error="timeout"))
    await tell(world, message(house(olga)))
    await send(world)
    assert await state(world, olga, endpoint) == ("FAILING", None)
    await send(world)
    assert len(receivers.told) == 1
    assert world.observer.sent == [DeliveryState.PENDING]
    await world.harness.pass_time(MINUTE)
    await send(world)
    first, second = receivers.told
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert endpoint.secret is not None and verify(second, endpoint.secret)
    assert int(second.headers["webhook-timestamp"]) >= int(first.headers["webhook-timestamp"]) + 60
    assert await state(world, olga, endpoint) == ("ENABLED", None)
    assert world.observer.sent == [DeliveryState.PENDING, DeliveryState.DELIVERED]


async def test_gone(world: World, olga: Caller) -> None:
    endpoint = await make(world, olga)
    away(world, Attempt(status=410))
    await tell(world, message(house(olga)), message(house(olga)))
    await send(world)
    assert await state(world, olga, endpoint) == ("DISABLED", "GONE")
    assert Counter(world.observer.sent) == {DeliveryState.FAILED: 1, DeliveryState.DELIVERED: 1}
    [delivery] = [d for d in await deliveries(world, olga, endpoint) if d.status == 410]
    assert delivery.state == "FAILED"


async def test_three_days(world: World, olga: Caller) -> None:
    endpoint = await make(world, olga)
    away(world, *[Attempt(status=500)] * 20)
    await tell(world, message(house(olga)))
    for hours in range(0, 150, 5):
        await send(world)
        if hours < 72:
            assert await state(world, olga, endpoint) == ("FAILING", None)
        await world.harness.pass_time(timedelta(hours=5))
    assert await state(world, olga, endpoint) == ("DISABLED", "FAILURES")
    [delivery] = await deliveries(world, olga, endpoint)
    assert delivery.state == "FAILED"


async def test_what_waits_for_a_disabled_endpoint_is_given_up(world: World, olga: Caller) -> None:
    endpoint = await make(world, olga)
    await tell(world, message(house(olga)))
    await switch(world, olga, endpoint, on=False)
    await send(world)
    [delivery] = await deliveries(world, olga, endpoint)
    assert (delivery.state, delivery.error) == ("FAILED", "endpoint_disabled")
    assert world.receivers.told == []


async def test_both_secrets_sign(world: World, olga: Caller) -> None:
    endpoint = await make(world, olga)
    command = RotateWebhookSecret(webhook_endpoint_id=endpoint.id)
    rotated = await world.application.webhook_endpoints.rotate_secret(command, olga.ctx())
    trial = SendTestWebhook(webhook_endpoint_id=endpoint.id)
    for days, old_is_good in ((0, True), (1, False)):
        await world.harness.pass_time(timedelta(days=days))
        await world.application.webhook_endpoints.send_test(trial, olga.ctx())
        await send(world)
        told = world.receivers.told[-1]
        assert rotated.secret is not None and verify(told, rotated.secret)
        assert endpoint.secret is not None and verify(told, endpoint.secret) == old_is_good
        assert json.loads(told.body)["type"] == "webhook.test"


class Slow(Receivers):
    """Takes its time where it is told to; counts who is there at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.most: dict[str, int] = {}
        self.now: dict[str, int] = {}

    async def send(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Attempt:
        self.now[url] = self.now.get(url, 0) + 1
        self.most[url] = max(self.most.get(url, 0), self.now[url])
        if "slow" in url:
            await self.open.wait()
        self.now[url] -= 1
        return await super().send(url, headers=headers, body=body)


def job(world: World, sender: Receivers, at_once: int = 32) -> SendWebhooks:
    return SendWebhooks(
        begin=world.begin,
        ids=IDS,
        vault=VAULT,
        sender=sender,
        observer=world.observer,
        at_once=at_once,
    )


async def test_who_is_slow_keeps_nobody_waiting(world: World, olga: Caller) -> None:
    """And has no more than its share of attempts under way."""
    slow, quick = "https://slow.example/", "https://quick.example/"
    for url in (slow, quick):
        await make(world, olga, url=url)
    await tell(world, *[message(house(olga)) for _ in range(12)])
    sender = Slow()
    running = asyncio.create_task(job(world, sender, at_once=8)())
    async with asyncio.timeout(60):
        while len(sender.told) < 12:
            await asyncio.sleep(0.01)
    assert {told.url for told in sender.told} == {quick}
    assert sender.now[slow] == 4
    sender.open.set()
    async with asyncio.timeout(60):
        assert await running == 24
    assert sender.most[slow] == 4


async def test_two_senders_send_once(world: World, olga: Caller) -> None:
    await make(world, olga)
    await tell(world, *[message(house(olga)) for _ in range(12)])
    one, other = job(world, world.receivers), job(world, world.receivers)
    assert sum(await asyncio.gather(one(), other())) == 12
    assert len({told.headers["webhook-id"] for told in world.receivers.told}) == 12


async def test_a_sender_that_is_broken_off(world: World, olga: Caller) -> None:
    """What was under way is another's when the lease is over."""
    endpoint = await make(world, olga, url="https://slow.example/")
    await tell(world, message(house(olga)))
    sender = Slow()
    running = asyncio.create_task(job(world, sender)())
    async with asyncio.timeout(60):
        while not sender.now:
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await job(world, world.receivers)() == 0
    await world.harness.pass_time(2 * MINUTE)
    assert await job(world, world.receivers)() == 1
    [delivery] = await deliveries(world, olga, endpoint)
    assert delivery.state == "DELIVERED"


async def test_a_secret_whose_key_is_lost(world: World, olga: Caller) -> None:
    endpoint = await make(world, olga)
    await tell(world, message(house(olga)))
    other = AesVault(["another secret, as long as it has to be"])
    sending = SendWebhooks(
        begin=world.begin, ids=IDS, vault=other, sender=world.receivers, observer=world.observer
    )
    await sending()
    [delivery] = await deliveries(world, olga, endpoint)
    assert (delivery.state, delivery.error) == ("PENDING", "secret_lost")
    assert world.receivers.told == []


async def test_secrets_are_locked_anew(world: World, olga: Caller) -> None:
    old, new = "the secret of yesterday, which is long", "the secret of today, which is longer"
    before, between, after = AesVault([old]), AesVault([new, old]), AesVault([new])
    endpoint = await make(world, olga)

    async def kept() -> bytes:
        async with world.begin(world.system()) as work:
            found = await work.webhook_endpoints.get(endpoint.id)
        assert found is not None
        return found.secret

    async with world.begin(world.system()) as work:
        found = await work.webhook_endpoints.get(endpoint.id)
        assert found is not None
        locked = before.lock(b"its secret", owner=endpoint.id)
        work.webhook_endpoints.save(replace(found, secret=locked))
        await work.commit(None)
    assert await RelockWebhookSecrets(world.begin, IDS, after, 1)() == 0, "it cannot be opened"
    assert await kept() == locked
    assert await RelockWebhookSecrets(world.begin, IDS, between, 1)() == 1
    assert after.unlock(await kept(), owner=endpoint.id) == b"its secret"
    assert await RelockWebhookSecrets(world.begin, IDS, between, 1)() == 0


def test_the_vault() -> None:
    one, other = WebhookEndpointId(IDS.uuid()), WebhookEndpointId(IDS.uuid())
    locked = VAULT.lock(b"secret", owner=one)
    assert b"secret" not in locked and locked != VAULT.lock(b"secret", owner=one)
    assert VAULT.unlock(locked, owner=one) == b"secret"
    for wrong, owner in ((locked, other), (locked[:-1], one), (b"", one), (b"abcd" + locked, one)):
        with pytest.raises(SecretLost):
            VAULT.unlock(wrong, owner=owner)
    assert VAULT.is_current(locked)
