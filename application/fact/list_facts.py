"""ListFacts: what happened to an organizer's things, in the order of the log."""

from dataclasses import dataclass
from typing import Final

from application.fact_codec import FACT_TYPES
from application.messages import Context, Query
from application.organizer.access import require_acting
from application.paging import page_limit
from application.ports.log import FactLog
from application.positions import decode_position, encode_position
from application.views.fact import FactView
from application.views.page import Page
from shared.checks import Checks
from shared.ids import OrganizerId

_LIST: Final = "facts"
_NAMES: Final = frozenset(kind.name for kind in FACT_TYPES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFacts(Query[Page[FactView]]):
    """`types`: of these alone; all, if there are none. `after`: a `next_page_token`."""

    organizer_id: OrganizerId
    after: str | None
    types: tuple[str, ...]
    page_size: int | None


@dataclass(frozen=True, slots=True)
class ListFactsHandler:
    """Oldest first, and none is ever put in before what was read. On the last page too
    `next_page_token` says where to go on, when more has happened: one may ask for ever. Raises
    FieldInvalid, OrganizerNotFound (also for strangers to it), RoleMissing."""

    log: FactLog

    async def __call__(self, query: ListFacts, ctx: Context) -> Page[FactView]:
        limit = page_limit(query.page_size)
        after = decode_position(_LIST, query.after) or 0
        _check_types(query.types)
        require_acting(query.organizer_id, ctx)
        found = await self.log.read(
            after,
            limit,
            organizer_id=query.organizer_id,
            types=query.types or None,
            live=ctx.actor.live,
            actor=ctx.actor,
        )
        return Page(
            items=tuple(map(FactView.of, found)),
            next_page_token=encode_position(_LIST, found[-1].position if found else after),
        )


def _check_types(types: tuple[str, ...]) -> None:
    checks = Checks()
    below = checks.at("types")
    for at, name in enumerate(types):
        if name not in _NAMES:
            below.fail(at, "is no type of fact")
    checks.done()
