"""What the units of work of one process share when they are committed in groups."""

from collections.abc import Sequence
from datetime import timedelta

from application.messages import Context
from infrastructure.postgres.database import Database
from infrastructure.postgres.group.committer import Committer
from infrastructure.postgres.group.reads import Reads
from infrastructure.postgres.group.relief import relieve
from infrastructure.postgres.group.unit import Unit
from infrastructure.postgres.keys_in_flight import KeysInFlight
from infrastructure.postgres.session import Late, Session


class Together:
    """`shared` lends connections that speak for the system and for nobody else: one for the groups,
    and some for what is read together."""

    def __init__(
        self, shared: Database, *, most_waiting: int = 8_192, most_per_event: int = 4_096
    ) -> None:
        self._shared = shared
        self.reads = Reads(shared)
        self.late = Late(keys=KeysInFlight(), clock=self.reads.now)
        self.committer = Committer(
            shared, self._relieve, most_waiting=most_waiting, most_per_event=most_per_event
        )

    async def close(self) -> None:
        """Waits for what is under way, and gives every connection back."""
        await self.committer.close()
        await self.reads.close()

    async def _relieve(self, short: Sequence[Unit]) -> None:
        ctx = Context.system(short[0].ctx.request_id)
        session = Session(self._shared, ctx, key_wait=timedelta(0))
        pools = sorted({pool_id for unit in short for pool_id in unit.pool_ids})
        await relieve(session, pools, but=[hold.id for unit in short for hold in unit.holds])
