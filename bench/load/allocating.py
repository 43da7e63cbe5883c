"""Group commit alone, in a process of its own: units of work that place a hold and commit.

No face, no pipeline, no event looked up: what is left is what the adapter does. The holds are made
beforehand. Run as a process: python -m bench.load.allocating < job
"""

import asyncio
import secrets
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import UUID

import msgspec
import uvloop
from uuid_utils.compat import uuid7

from application.messages import Actor, ActorKind, Claim, Context
from application.ports.unit_of_work import Begin
from application.views.hold import HoldView
from bench.figures import percentile
from bench.load.job import Outcome
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import Hold, HoldTerms
from domain.line import Line
from infrastructure.postgres.database import POINT_LOOKUPS, Database
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.unit_of_work import PostgresUnitOfWork
from shared.ids import EventId, HoldId, OrganizerId, PoolId, TicketTypeId, UserId
from shared.money import Money

_HOUR = timedelta(hours=1)
_TERMS = HoldTerms(ttl=2 * _HOUR, longest=3 * _HOUR)
_HOARDING = HoardingLimits(units=10**6, cooling=_HOUR, holds=10**6, window=timedelta(minutes=10))


class AllocatingJob(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    organizer_id: UUID
    event_id: UUID
    ticket_type_id: UUID
    pool_id: UUID
    buyers: list[UUID]
    callers: int
    seconds: float
    prepared: int


def _prepared(job: AllocatingJob) -> Iterator[tuple[Context, Hold]]:
    price, prefix = Money(2500, "EUR"), secrets.token_hex(8)
    line = Line(
        ticket_type_id=TicketTypeId(job.ticket_type_id),
        quantity=1,
        unit_price=price,
        pool_ids=(PoolId(job.pool_id),),
    )
    for nr in range(job.prepared):
        buyer = UserId(job.buyers[nr % len(job.buyers)])
        actor = Actor(kind=ActorKind.USER, user_id=buyer, email_verified=True)
        key = f"{prefix}{nr:016d}"
        claim = Claim(actor=actor.id, operation="CreateHold", key=key, fingerprint=bytes(32))
        hold = Hold.place(
            id=HoldId(uuid7()),
            event_id=EventId(job.event_id),
            organizer_id=OrganizerId(job.organizer_id),
            buyer_id=buyer,
            lines=(line,),
            currency="EUR",
            terms=_TERMS,
            at=datetime.now(UTC),
        )
        yield Context(request_id=key, actor=actor, admitted="CreateHold", claim=claim), hold


async def _run(job: AllocatingJob) -> Outcome:
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(Database(job.url))
        shared = Database(job.url, pool_min=2, pool_max=4, planning=POINT_LOOKUPS)
        together = Together(await stack.enter_async_context(shared))
        stack.push_async_callback(together.close)
        begin = PostgresUnitOfWork.starter(own, together=together)
        work, latencies = iter(list(_prepared(job))), list[float]()
        started = perf_counter()
        until = started + job.seconds
        callers = (_caller(begin, work, until, latencies) for _ in range(job.callers))
        await asyncio.gather(*callers)
        took = perf_counter() - started
    return Outcome(
        done=len(latencies),
        seconds=took,
        p50=percentile(latencies, 0.5) * 1000,
        p99=percentile(latencies, 0.99) * 1000,
        refused=0,
        broken=0,
    )


async def _caller(
    begin: Begin, work: Iterator[tuple[Context, Hold]], until: float, latencies: list[float]
) -> None:
    for ctx, hold in work:
        started = perf_counter()
        if started > until:
            return
        async with begin(ctx) as unit:
            unit.holds.place(hold, max_per_buyer=None, hoarding=_HOARDING)
            await unit.commit(HoldView.of(hold, at=hold.created_at))
        latencies.append(perf_counter() - started)


if __name__ == "__main__":
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=AllocatingJob)
    print("RESULT " + msgspec.json.encode(uvloop.run(_run(given))).decode())
