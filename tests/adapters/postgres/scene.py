"""Somebody's rows in every table that has an owner, and strangers who must not see them."""

from dataclasses import dataclass
from uuid import UUID

from application.messages import Actor, ActorKind
from infrastructure.postgres.identity import Identity
from shared.ids import ApiKeyId, OrganizerId
from tests.adapters.postgres.harness import PostgresHarness
from tests.contracts.payments import pay
from tests.contracts.world import IDS, Caller, Sale, World, draft, kind

# Tables that hold what concerns the system alone.
NOT_FOR_THE_APP = {
    "login_attempts",
    "provider_events",
    "log_cursors",
    "consumed",
    "parked_messages",
    "dead_letters",
}

# What no operation that is short enough for a scene writes. $1 the buyer, $2 the organizer.
REST = """
    WITH proof AS (
        INSERT INTO proofs
        SELECT gen_random_uuid(), $1, 'VERIFY_EMAIL', 'a', now(), now(), NULL, 1
    ), invitation AS (
        INSERT INTO invitations SELECT gen_random_uuid(), $2, 'a@b.example', 'a@b.example', 'OWNER',
            'OPEN', $1, now(), now(), 1
    ), key AS (
        INSERT INTO api_keys SELECT gen_random_uuid(), $2, 'x', decode(md5($2::text), 'hex'), 'x',
            true, ARRAY['GetEvent'], now(), NULL, NULL, NULL, 1
    ), mail AS (
        INSERT INTO mails SELECT gen_random_uuid(), 'INVITATION', 'a@b.example', NULL, 'x', NULL,
            NULL, now(), now(), now(), 0
    ), attempt AS (
        INSERT INTO login_attempts VALUES ('x', 1, now())
    ), provider AS (
        INSERT INTO provider_events SELECT 'simulated', 'x', 'x', 'x', now(), now(), now(), 0
    ), numbered AS (
        UPDATE outbox SET log_position = position, organizer_id = $2, live = true
    ), cursor AS (
        INSERT INTO log_cursors VALUES ('x', 0, 1)
    ), dealt_with AS (
        INSERT INTO consumed VALUES ('x', $1)
    ), parked AS (
        INSERT INTO parked_messages VALUES ('x', $1, $1, 1, now(), 1, 'x', '{}', '{}')
    ), dead AS (
        INSERT INTO dead_letters VALUES ('x', $1, 1, now(), 1, 'x', '{}', '{}')
    ), endpoint AS (
        INSERT INTO webhook_endpoints VALUES ($1, $2, true, 'https://a.example', ARRAY['*'], 'x',
            'x', NULL, NULL, 'ENABLED', NULL, NULL, now(), 1)
    ), delivery AS (
        INSERT INTO webhook_deliveries VALUES (gen_random_uuid(), $1, $2, 'x', '{}', 'DELIVERED', 1,
            NULL, 204, NULL, now())
    ), dispute AS (
        INSERT INTO disputes SELECT gen_random_uuid(), id, order_id, 'x', 1, currency, 'x', 'OPEN',
            created_at, created_at, 1 FROM payments
    ), posting AS (
        INSERT INTO postings SELECT 'CHARGE', id, id, $2, event_id, order_id, id, true, provider,
            currency, ARRAY['PROVIDER', 'ORGANIZER'], ARRAY[amount, -amount], created_at
        FROM payments
    ), item AS (
        INSERT INTO attention SELECT gen_random_uuid(), 'DISPUTE', id, $2, order_id, true, 'x',
            'OPEN', NULL, NULL, NULL, created_at, NULL, 1 FROM payments
    ), operators_item AS (
        INSERT INTO attention VALUES (gen_random_uuid(), 'LEDGERS_DIFFER', $2, NULL, NULL, true,
            'x', 'OPEN', NULL, NULL, NULL, now(), NULL, 1)
    ), report AS (
        INSERT INTO reconciliations SELECT $1, 'simulated', true, now(), now(), 1, now()
    ), difference AS (
        INSERT INTO discrepancies VALUES ($1, 0, 'x', 'x', 1, 2, 'EUR', NULL, NULL, $2),
            ($1, 1, 'x', 'x', 1, 2, 'EUR', NULL, NULL, NULL)
    )
    INSERT INTO refunds SELECT gen_random_uuid(), id, order_id, event_id, 1, currency, 'x',
        'SUCCEEDED', NULL, created_at, created_at, 1 FROM payments
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An organizer sells a live event, drafts another and tests a third; somebody buys."""

    seller: Caller
    buyer: Caller
    organizer_id: OrganizerId
    draft_id: UUID
    hold_id: UUID
    order_id: UUID
    strangers: dict[str, Identity]


async def set_scene(harness: PostgresHarness) -> Scene:
    world = World(harness)
    seller, buyer, rival, nobody = await world.users(4)
    organizer_id = (await world.organizer(seller)).id
    event = draft(organizer_id, kind("Standing", 20), kind("Free", 20, price=0))
    sale = Sale(await world.add(event.publish(at=await world.now())))
    draft_id = (await world.add(draft(organizer_id, kind("Standing", 1)))).id
    free = await world.hold(buyer, sale, {"Free": 2})
    await world.order(buyer, free.id)
    hold = await world.hold(buyer, sale, {"Standing": 1})
    order = await world.stored_order((await world.order(buyer, hold.id)).id)
    await pay(world, order)
    await world.hold(buyer, sale, {"Standing": 1}, f"key-{IDS.uuid()}")
    await harness.owner.fetch(REST, buyer.user_id, organizer_id)
    other = await world.organizer(rival)
    key = Actor(kind=ActorKind.API_KEY, key_id=ApiKeyId(IDS.uuid()), key_organizer_id=other.id)
    tests = Actor(
        kind=ActorKind.API_KEY,
        key_id=ApiKeyId(IDS.uuid()),
        key_organizer_id=organizer_id,
        tests_of=organizer_id,
    )
    return Scene(
        seller=seller,
        buyer=buyer,
        organizer_id=organizer_id,
        draft_id=draft_id,
        hold_id=hold.id,
        order_id=order.id,
        strangers={
            "user": Identity.of(nobody.admitted.actor),
            "other seller": Identity.of(rival.admitted.actor),
            "guest": Identity.of((await world.guest()).admitted.actor),
            "other key": Identity.of(key),
            "test key": Identity.of(tests),
        },
    )
