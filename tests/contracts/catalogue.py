"""Events: their details, ticket types and pools, and the list of them."""

from datetime import UTC, datetime, timedelta

import pytest

from application.ports.repositories import EventFilter
from domain.event.event import Event, EventState
from domain.organizer.organizer import Organizer
from shared.ids import EventId, OrganizerId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, STARTS_AT, World, draft, kind


class CatalogueContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def organizer(self, world: World) -> Organizer:
        return await world.organizer(await world.user())

    async def page(self, world: World, where: EventFilter, limit: int = 100) -> list[Event]:
        async with world.begin(world.system()) as work:
            return list(await work.events.page(where, after=None, limit=limit))

    async def test_an_event_is_found_again(self, world: World, organizer: Organizer) -> None:
        event = draft(
            organizer.id,
            kind("Standing", 300, pools=("Hall",), price=2550),
            kind("Student", pools=("Hall", "Students"), price=0, max_per_order=2),
            pools={"Hall": 500, "Students": 50},
            max_per_buyer=6,
        )
        await world.add(event)
        async with world.begin(world.system()) as work:
            assert await work.events.get(event.id) == event
            assert await work.events.get(EventId(IDS.uuid())) is None

    async def test_new_pools_are_empty(self, world: World, organizer: Organizer) -> None:
        event = await world.add(draft(organizer.id, kind("Standing", 7), pools={"Hall": 9}))
        books = await world.harness.books(event.id)
        found = [(each.capacity, each.held, each.sold) for each in books.values()]
        assert sorted(found) == [(7, 0, 0), (9, 0, 0)]

    async def test_ticket_types_are_added(self, world: World, organizer: Organizer) -> None:
        event = await world.add(draft(organizer.id, kind("Standing", 7), pools={"Hall": 9}))
        async with world.begin(world.system()) as work:
            stored = await work.events.get(event.id)
            assert stored is not None
            changed = stored.add_ticket_type(
                kind("Seated", 5, pools=("Hall",)), at=event.created_at
            )
            work.events.save(changed)
            await work.commit(None)
        async with world.begin(world.system()) as work:
            assert await work.events.get(event.id) == changed
            stock, _ = await work.stock.of_event(event.id)
        assert sorted(each.capacity for each in stock) == [5, 7, 9]

    async def test_saving_leaves_stock_alone(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 10))
        await world.hold(await world.user(), sale, {"Standing": 3})
        async with world.begin(world.system()) as work:
            stored = await work.events.get(sale.event.id)
            assert stored is not None
            at = datetime.now(UTC)
            work.events.save(stored.add_ticket_type(kind("Seated", 5), at=at))
            await work.commit(None)
        assert await world.counters(sale) == {"Standing": (3, 0)}

    async def test_details_change(self, world: World, organizer: Organizer) -> None:
        event = await world.add(draft(organizer.id, kind("Standing", 7), max_per_buyer=2))
        renamed = draft(organizer.id, name="Opera", starts_at=STARTS_AT + timedelta(days=1)).details
        async with world.begin(world.system()) as work:
            stored = await work.events.get(event.id)
            assert stored is not None
            changed = stored.update(renamed, at=event.created_at + timedelta(hours=1))
            work.events.save(changed)
            await work.commit(None)
        async with world.begin(world.system()) as work:
            assert await work.events.get(event.id) == changed
        assert changed.details.max_per_buyer is None

    async def test_the_list_is_ordered_by_start(self, world: World, organizer: Organizer) -> None:
        days = (3, 1, 2, 1, 3)
        events = [
            await world.add(
                draft(organizer.id, starts_at=STARTS_AT + timedelta(days=day)).cancel(at=STARTS_AT)
            )
            for day in days
        ]
        everything = EventFilter(drafts_of=())
        expected = sorted(events, key=lambda event: (event.details.starts_at, event.id))
        assert await self.page(world, everything) == expected
        assert await self.page(world, everything, limit=2) == expected[:2]
        async with world.begin(world.system()) as work:
            for position, event in enumerate(expected):
                after = (event.details.starts_at, event.id)
                rest = await work.events.page(everything, after=after, limit=100)
                assert list(rest) == expected[position + 1 :]

    async def test_drafts_are_for_members(self, world: World, organizer: Organizer) -> None:
        other = await world.organizer(await world.user())
        at = datetime.now(UTC)
        mine = await world.add(draft(organizer.id))
        theirs = await world.add(draft(other.id))
        public = await world.add(draft(other.id, kind("Standing", 1)).publish(at=at))
        shown = {
            visible: {event.id for event in await self.page(world, EventFilter(drafts_of=visible))}
            for visible in ((), (organizer.id,), (organizer.id, other.id))
        }
        assert shown[()] == {public.id}
        assert shown[(organizer.id,)] == {public.id, mine.id}
        assert shown[(organizer.id, other.id)] == {public.id, mine.id, theirs.id}

    async def test_filters(self, world: World, organizer: Organizer) -> None:
        other = await world.organizer(await world.user())
        at, day = datetime.now(UTC), timedelta(days=1)
        early = draft(organizer.id, kind("Standing", 1)).publish(at=at)
        late = draft(other.id, kind("Standing", 1), starts_at=STARTS_AT + day).publish(at=at)
        gone = draft(other.id, starts_at=STARTS_AT + 2 * day).cancel(at=at)
        for event in (early, late, gone):
            await world.add(event)

        async def found(
            organizer_id: OrganizerId | None = None,
            state: EventState | None = None,
            starts_from: datetime | None = None,
            starts_before: datetime | None = None,
        ) -> list[EventId]:
            where = EventFilter(
                drafts_of=(),
                organizer_id=organizer_id,
                state=state,
                starts_from=starts_from,
                starts_before=starts_before,
            )
            return [event.id for event in await self.page(world, where)]

        assert await found() == [early.id, late.id, gone.id]
        assert await found(organizer_id=other.id) == [late.id, gone.id]
        assert await found(organizer_id=OrganizerId(IDS.uuid())) == []
        assert await found(state=EventState.ON_SALE) == [early.id, late.id]
        assert await found(state=EventState.DRAFT) == []
        assert await found(starts_from=STARTS_AT) == [early.id, late.id, gone.id]
        assert await found(starts_from=STARTS_AT + day) == [late.id, gone.id]
        assert await found(starts_before=STARTS_AT) == []
        assert await found(starts_before=STARTS_AT + day) == [early.id]
        assert await found(organizer_id=other.id, state=EventState.ON_SALE) == [late.id]

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("jazz", {"Jazz night", "50% JAZZ_off"}),
            ("NIGHT", {"Jazz night"}),
            ("50%", {"50% JAZZ_off"}),
            ("%", {"50% JAZZ_off"}),
            ("z_o", {"50% JAZZ_off"}),
            ("z_n", set()),
            ("\\", {"back\\slash"}),
            ("ÖL", {"Möllers Ölberg"}),
            ("town hall", {"Jazz night", "50% JAZZ_off", "back\\slash", "Möllers Ölberg"}),
            ("evening of", {"Jazz night", "50% JAZZ_off", "back\\slash", "Möllers Ölberg"}),
            ("nothing like it", set()),
        ],
    )
    async def test_text_is_searched_literally(
        self, world: World, organizer: Organizer, text: str, names: set[str]
    ) -> None:
        for name in ("Jazz night", "50% JAZZ_off", "back\\slash", "Möllers Ölberg"):
            await world.add(draft(organizer.id, name=name).cancel(at=STARTS_AT))
        found = await self.page(world, EventFilter(drafts_of=(), text=text))
        assert {event.details.name for event in found} == names
