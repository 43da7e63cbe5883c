"""Gives committed facts their places in the log."""

from dataclasses import dataclass

from application.ports.log import FactLog


@dataclass(frozen=True, slots=True)
class NumberFacts:
    log: FactLog
    limit: int

    async def __call__(self) -> int:
        return await self.log.number(self.limit)
