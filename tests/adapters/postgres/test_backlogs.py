"""What waits, as it is counted for whoever watches."""

from datetime import timedelta
from itertools import product

import pytest

from application.ports.backlog import MOST_COUNTED, Waiting
from domain.attention.attention import Attention, AttentionKind
from domain.webhook.delivery import Attempt
from infrastructure.postgres.backlogs import PostgresBacklogs
from infrastructure.postgres.database import Database
from shared.errors import DatabaseUnavailable
from shared.ids import AttentionId
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.inbox import new_event
from tests.contracts.webhooks import new_delivery, new_endpoint
from tests.contracts.world import IDS, World

NOTHING = Waiting(count=0, oldest_seconds=0.0)


class TestBacklogs(OnPostgres):
    @pytest.fixture
    def world(self, harness: PostgresHarness) -> World:
        return World(harness)

    async def test_where_nothing_waits_all_is_zero(
        self, world: World, contract_database: Database
    ) -> None:
        backlog = await PostgresBacklogs(contract_database).look()
        assert backlog.inbox == backlog.payments == backlog.refunds == NOTHING
        assert backlog.outbox == backlog.webhooks == NOTHING
        assert not (backlog.attention or backlog.parked or backlog.dead)

    async def test_events_and_attention_wait_until_somebody_did_something(
        self, world: World, contract_database: Database, contract_owner: Owner
    ) -> None:
        backlogs, events = PostgresBacklogs(contract_database), [new_event(), new_event()]
        async with world.begin(world.system()) as work:
            now = await work.now()
            for event in events:
                work.inbox.receive(event)
            for kind in (AttentionKind.DISPUTE, AttentionKind.DISPUTE, AttentionKind.PAYMENT_STUCK):
                work.attention.add(
                    Attention.ask(
                        id=AttentionId(IDS.uuid()),
                        kind=kind,
                        subject_id=IDS.uuid(),
                        organizer_id=None,
                        order_id=None,
                        live=True,
                        detail="look",
                        at=now,
                    )
                )
            await work.commit(None)
        await world.harness.pass_time(timedelta(minutes=5))
        backlog = await backlogs.look()
        assert backlog.inbox.count == 2
        assert 300 <= backlog.inbox.oldest_seconds < 360
        assert backlog.attention == {"DISPUTE": 2, "PAYMENT_STUCK": 1}
        assert backlog.outbox.count == 3 and 300 <= backlog.outbox.oldest_seconds < 360
        async with world.begin(world.system()) as work:
            for event in events:
                work.inbox.processed(event)
            await work.commit(None)
        assert (await backlogs.look()).inbox == NOTHING

    async def test_nobody_counts_for_long(
        self, contract_database: Database, contract_owner: Owner, world: World
    ) -> None:
        await contract_owner.fetch(
            "INSERT INTO provider_events (provider, event_id, type, reference, occurred_at,"
            " received_at, due_at, attempts) SELECT 'x', nr::text, 't', 'r', now(), now(), now(), 0"
            f" FROM generate_series(1, {MOST_COUNTED + 5}) AS nr"
        )
        backlog = await PostgresBacklogs(contract_database).look()
        assert backlog.inbox.count == MOST_COUNTED

    async def test_messages_that_wait(
        self, contract_database: Database, contract_owner: Owner, world: World
    ) -> None:
        """The oldest by when it happened, which is not when it is tried again."""
        for group, minutes in (("letters", 7), ("letters", 3), ("payments", 1)):
            await contract_owner.fetch(
                "INSERT INTO parked_messages SELECT $1, gen_random_uuid(), gen_random_uuid(), 1,"
                " now() + interval '1 hour', 2, 'x', jsonb_build_object('ce_time',"
                " to_char((now() - $2::int * interval '1 minute') AT TIME ZONE 'UTC',"
                " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')), '{}'",
                group,
                minutes,
            )
        await contract_owner.fetch(
            "INSERT INTO dead_letters SELECT 'letters', gen_random_uuid(), 1, now(), 5, 'x', '{}',"
            " '{}' FROM generate_series(1, 3)"
        )
        backlog = await PostgresBacklogs(contract_database).look()
        letters, payments = backlog.parked["letters"], backlog.parked["payments"]
        assert (letters.count, payments.count) == (2, 1)
        assert 420 <= letters.oldest_seconds < 480 and 60 <= payments.oldest_seconds < 120
        assert backlog.dead == {"letters": 3}

    async def test_webhooks_that_are_due(
        self, contract_database: Database, contract_owner: Owner, world: World
    ) -> None:
        """Not those that are done, or wait for their next attempt."""
        owner = await world.user()
        await world.organizer(owner)
        async with world.begin(owner.admitted) as work:
            now = await work.now()
            organizer_id = owner.memberships[0].organizer_id
            endpoints = [new_endpoint(organizer_id, at=now) for _ in range(2)]
            for endpoint in endpoints:
                work.webhook_endpoints.add(endpoint)
            await work.commit(None)
        async with world.begin(world.system()) as work:
            for endpoint, seconds in product(endpoints, (-90, -30, 600)):
                at = now + timedelta(seconds=seconds)
                work.webhook_deliveries.add(new_delivery(endpoint, at=at))
            done = new_delivery(endpoints[0], at=now)
            work.webhook_deliveries.add(done)
            await work.commit(None)
        async with world.begin(world.system()) as work:
            work.webhook_deliveries.save(done.tried(Attempt(status=204), jitter=0, at=now))
            await work.commit(None)
        webhooks = (await PostgresBacklogs(contract_database).look()).webhooks
        assert webhooks.count == 4
        assert 90 <= webhooks.oldest_seconds < 150

    async def test_a_database_that_is_away(self) -> None:
        nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
        with pytest.raises(DatabaseUnavailable):
            await PostgresBacklogs(nowhere).look()
