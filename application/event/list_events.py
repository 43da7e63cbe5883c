"""ListEvents: what is (or was) on sale, and the drafts of one's own organizers."""

from dataclasses import dataclass
from datetime import datetime

from application.messages import Context, Query
from application.paging import decode_cursor, page_limit, page_of
from application.ports.repositories import EventFilter
from application.ports.unit_of_work import Begin
from application.views.event import EventView
from application.views.page import Page
from domain.event.event import EventState
from shared.checks import Checks
from shared.ids import EventId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEvents(Query[Page[EventView]]):
    """`starts_from` is inclusive, `starts_before` exclusive; `text` is searched literally."""

    organizer_id: OrganizerId | None
    state: EventState | None
    starts_from: datetime | None
    starts_before: datetime | None
    text: str | None
    page_size: int | None
    page_token: str | None


@dataclass(frozen=True, slots=True)
class ListEventsHandler:
    """Ordered by start. Raises FieldInvalid."""

    begin: Begin

    async def __call__(self, query: ListEvents, ctx: Context) -> Page[EventView]:
        limit, cursor = page_limit(query.page_size), decode_cursor("events", query.page_token)
        checks = Checks()
        starts_from = query.starts_from and checks.moment("starts_from", query.starts_from)
        starts_before = query.starts_before and checks.moment("starts_before", query.starts_before)
        text = checks.text("text", query.text or "", longest=200, empty=True)
        checks.done()
        async with self.begin(ctx) as work:
            where = EventFilter(
                drafts_of=ctx.actor.organizer_ids,
                tests_of=ctx.actor.tests_of,
                organizer_id=query.organizer_id,
                state=query.state,
                starts_from=starts_from,
                starts_before=starts_before,
                text=text or None,
            )
            after = (cursor[0], EventId(cursor[1])) if cursor else None
            events = await work.events.page(where, after=after, limit=limit + 1)
        return page_of(
            "events",
            events,
            limit,
            place=lambda event: (event.details.starts_at, event.id),
            show=EventView.of,
        )
