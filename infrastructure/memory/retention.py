"""Retention in memory: nothing is kept apart by day, and a process does not live for weeks."""

from application.ports.retention import Kept, Retention


class MemoryRetention(Retention):
    """Every row is found and nothing is ever in the way, so no room is missing. No day can be
    dropped as a whole: what may be forgotten is deleted by its own port, the rest stays."""

    async def prepare(self, *, days: int) -> int:
        return 0

    async def drop_old(self, kept: Kept) -> int:
        return 0
