"""Makes room for the coming days, and drops the days that nobody needs any more."""

from dataclasses import dataclass

from application.ports.retention import Kept, Retention

DAYS_AHEAD = 3
"""So that a weekend without the worker costs nothing."""


@dataclass(frozen=True, slots=True)
class KeepPartitions:
    retention: Retention
    kept: Kept

    async def __call__(self) -> int:
        made = await self.retention.prepare(days=DAYS_AHEAD)
        return made + await self.retention.drop_old(self.kept)
