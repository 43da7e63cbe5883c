"""Fetches what providers could not deliver into the inbox, where nothing is noted twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from application.messages import Context, Priority
from application.payment.providers import Providers
from application.ports.identity import Ids
from application.ports.inbox import ProviderEvent
from application.ports.payments import OutcomeUnknown, Payments
from application.ports.unit_of_work import Begin

_AT_ONCE = 100
"""In one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchMissedEvents:
    """A new process asks for those of `at_first`; then each round for what came since the last one
    that went well, and `overlap` before it, because an event is missed only after some attempts."""

    begin: Begin
    ids: Ids
    providers: Providers
    at_first: timedelta = timedelta(days=3)
    overlap: timedelta = timedelta(hours=1)
    _asked: dict[tuple[str, bool], datetime] = field(default_factory=dict)

    async def __call__(self) -> int:
        """Answers how many there were."""
        fetched = 0
        for provider in self.providers.all():
            try:
                fetched += await self._fetch(provider)
            except OutcomeUnknown:
                continue  # the next round asks for the same time again
        return fetched

    async def _fetch(self, provider: Payments) -> int:
        ctx = Context.system(self.ids.uuid(), priority=Priority.PAYMENT)
        async with self.begin(ctx) as work:
            now = await work.now()
        last = self._asked.get((provider.name, provider.live))
        since = now - self.at_first if last is None else last - self.overlap
        events = await provider.missed_events(since=since)
        for start in range(0, len(events), _AT_ONCE):
            await self._receive(events[start : start + _AT_ONCE], ctx)
        self._asked[provider.name, provider.live] = now
        return len(events)

    async def _receive(self, events: Sequence[ProviderEvent], ctx: Context) -> None:
        async with self.begin(ctx) as work:
            for event in events:
                work.inbox.receive(event)
            await work.commit(None)
