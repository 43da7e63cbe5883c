"""Holds; their stock is moved by the ledger of the same unit of work."""

from datetime import timedelta

from application.errors import TokenRevoked
from application.ports.repositories import HoldRepository
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import Hold
from domain.stock import give_back
from infrastructure.memory.holds_table import expire, index_hold, write_hold
from infrastructure.memory.session import Phase, Session, Writing
from infrastructure.memory.stock import MemoryStock
from shared.ids import HoldId


class MemoryHolds(HoldRepository):
    def __init__(self, session: Session, stock: MemoryStock) -> None:
        self._session = session
        self._stock = stock

    async def get(self, hold_id: HoldId) -> Hold | None:
        return (await self._session.read()).holds.get(hold_id)

    def place(self, hold: Hold, *, max_per_buyer: int | None, hoarding: HoardingLimits) -> None:
        def write(writing: Writing) -> None:
            guest = writing.tables.guests.get(hold.buyer_id)
            if guest is not None and guest.claimed_by is not None:
                raise TokenRevoked()
            writing.insert(writing.tables.holds, hold.id, hold)
            writing.journal.append(writing.tables.holds_of_buyer, hold.buyer_id, hold.id)
            index_hold(writing, hold)

        self._stock.take_for(hold, max_per_buyer=max_per_buyer, hoarding=hoarding)
        self._session.note(Phase.NEW_HOLD, write, *hold.facts)

    def save(self, hold: Hold) -> None:
        self._stock.leave_alone(hold.id)
        self._session.note(Phase.HOLD, lambda writing: write_hold(writing, hold), *hold.facts)

    async def is_selling(self) -> bool:
        holds = (await self._session.read()).holds.values()
        since = self._session.now() - timedelta(seconds=1)
        return any(hold.created_at >= since for hold in holds)

    async def expire_due(self, *, limit: int) -> int:
        swept = 0

        def write(writing: Writing) -> None:
            nonlocal swept
            tables = writing.tables
            due = [
                hold
                for event_id in tables.active_holds
                for hold in tables.active(event_id)
                if hold.is_due(at=writing.now)
            ]
            due = sorted(due, key=lambda hold: hold.expires_at)[:limit]
            for hold in due:
                expire(writing, hold)
                for line in hold.lines:
                    pools = {pool_id: tables.stock[pool_id] for pool_id in line.pool_ids}
                    for pool_id, stock in give_back(pools, [line]).items():
                        writing.journal.put(tables.stock, pool_id, stock)
            swept = len(due)

        await self._session.at_once(write)
        return swept
