"""A shop as most are built: FastAPI, a session per request, SELECT FOR UPDATE, flush, commit.

It writes what ours writes: the counter, the hold, its idempotency key and its fact. Run as a
process: python -m bench.naive.app PORT DATABASE_URL POOL_ID
"""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from uuid_utils.compat import uuid7

from bench.naive.models import Fact, Hold, Key, Stock
from bench.servers.bare import Wanted, serve


def naive_app(url: str, pool_id: UUID) -> FastAPI:
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1), pool_size=16, max_overflow=0
    )
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()

    async def session() -> AsyncSession:
        return sessions()

    @app.post("/holds", status_code=201)
    async def hold(
        wanted: Wanted,
        idempotency_key: Annotated[str, Header()],
        work: Annotated[AsyncSession, Depends(session)],
    ) -> dict[str, object]:
        async with work, work.begin():
            used = await work.get(Key, ("naive", "CreateHold", idempotency_key))
            if used is not None:
                return used.answer
            stock = await work.get_one(Stock, pool_id, with_for_update=True)
            units = sum(line.quantity for line in wanted.lines)
            if stock.held + stock.sold + units > stock.capacity:
                raise HTTPException(409, "sold out")
            stock.held += units
            made = _hold(wanted, pool_id, units)
            work.add(made)
            await work.flush()
            answer: dict[str, object] = {
                "id": str(made.id),
                "state": made.state,
                "total": {"amount": made.total, "currency": made.currency},
                "expires_at": made.expires_at.isoformat(),
            }
            work.add(_key(idempotency_key, answer))
            work.add(_fact(made))
            return answer

    return app


def _hold(wanted: Wanted, pool_id: UUID, units: int) -> Hold:
    now = datetime.now(UTC)
    return Hold(
        id=uuid7(),
        event_id=UUID(wanted.event_id),
        organizer_id=pool_id,
        live=True,
        buyer_id=uuid7(),
        state="ACTIVE",
        lines=[
            {
                "ticket_type_id": line.ticket_type_id,
                "quantity": line.quantity,
                "unit_price": 2500,
                "pool_ids": [str(pool_id)],
            }
            for line in wanted.lines
        ],
        units=units,
        total=2500 * units,
        currency="EUR",
        expires_at=now + timedelta(hours=2),
        latest_expiry=now + timedelta(hours=3),
        extended_for_payment=False,
        ordered=False,
        created_at=now,
        version=1,
    )


def _key(key: str, answer: dict[str, object]) -> Key:
    return Key(
        actor="naive",
        operation="CreateHold",
        key=key,
        fingerprint=bytes(32),
        answer=answer,
        final=True,
        created_at=datetime.now(UTC),
    )


def _fact(made: Hold) -> Fact:
    return Fact(
        id=uuid7(),
        type="hold.created",
        version=1,
        aggregate_type="hold",
        aggregate_id=made.id,
        payload={"hold_id": str(made.id), "units": made.units},
        occurred_at=made.created_at,
        request_id=str(made.id),
        actor="naive",
    )


if __name__ == "__main__":
    serve(naive_app(sys.argv[2], UUID(sys.argv[3])), int(sys.argv[1]), 1)
