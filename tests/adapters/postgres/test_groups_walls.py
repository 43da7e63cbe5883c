"""What is read for many at once shows everybody exactly what the policies of the tables would."""

from dataclasses import replace
from uuid import UUID

import pytest

from application.messages import ANONYMOUS, SYSTEM, Actor, ActorKind, Context
from application.ports.unit_of_work import Begin
from infrastructure.postgres.database import Database
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.unit_of_work import PostgresUnitOfWork
from shared.ids import ApiKeyId, EventId, HoldId, OrderId, OrganizerId, PaymentId
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.scene import Scene, set_scene
from tests.contracts.world import IDS, World


def actors(scene: Scene, others: list[Actor]) -> list[Actor]:
    """Whoever may call anything, and a key and a guest of each mode."""
    buyer, seller = scene.buyer.admitted.actor, scene.seller.admitted.actor
    key = Actor(
        kind=ActorKind.API_KEY, key_id=ApiKeyId(IDS.uuid()), key_organizer_id=scene.organizer_id
    )
    foreign = replace(key, key_organizer_id=OrganizerId(IDS.uuid()))
    tester = replace(buyer, kind=ActorKind.GUEST, tests_of=scene.organizer_id)
    stranger = replace(tester, tests_of=OrganizerId(IDS.uuid()))
    keys = [key, replace(key, tests_of=scene.organizer_id), foreign]
    people = [buyer, seller, replace(buyer, superuser=True), tester, stranger]
    return [ANONYMOUS, SYSTEM, *keys, *people, *others]


# Tests of the scene's organizer and live ones, by turning the scene into tests.
MODES = (
    "SELECT 1 AS nothing",
    "UPDATE events SET live = false",
    "UPDATE holds SET live = false",
    "UPDATE orders SET live = false",
)


@pytest.mark.parametrize("tests", [False, True])
async def test_combined_reads_have_the_same_walls(
    contract_database: Database, contract_shared: Database, contract_owner: Owner, tests: bool
) -> None:
    harness = PostgresHarness(contract_database, contract_owner)
    await harness.empty()
    scene = await set_scene(harness)
    world = World(harness)
    others = [(await world.user()).admitted.actor, (await world.guest()).admitted.actor]
    for statement in MODES if tests else MODES[:1]:
        await contract_owner.fetch(statement)
    found = {
        table: [row["id"] for row in await contract_owner.fetch(f"SELECT id FROM {table}")]
        for table in ("events", "holds", "orders", "payments")
    }
    assert all(found.values())
    together = Together(contract_shared)
    combined = PostgresUnitOfWork.starter(contract_database, together=together)
    seen = 0
    for actor in actors(scene, others):
        ctx = Context(request_id="x", actor=actor)
        if actor.kind is not ActorKind.ANONYMOUS:
            # The door has no right to these tables at all; read together, nothing is there.
            plain = await everything(harness.begin, ctx, found)
            assert await everything(combined, ctx, found) == plain, actor
            seen += sum(each is not None and each != [] for each in plain)
        else:
            answers = await everything(combined, ctx, found)
            assert not any(answers), actor
    assert seen > 0
    await together.close()


async def everything(begin: Begin, ctx: Context, found: dict[str, list[UUID]]) -> list[object]:
    answers: list[object] = []
    async with begin(ctx) as work:
        answers += [await work.events.get(EventId(id)) for id in found["events"]]
        for id in found["holds"]:
            answers += [await work.holds.get(HoldId(id)), await work.orders.by_hold(HoldId(id))]
        for id in found["orders"]:
            answers.append(await work.orders.get(OrderId(id)))
            answers.append(list(await work.payments.of_order(OrderId(id))))
        answers += [await work.payments.get(PaymentId(id)) for id in found["payments"]]
    return answers
