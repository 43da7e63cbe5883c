"""The outbox: facts as messages, written by the transaction they happened in."""

from collections.abc import Sequence

from uuid_utils.compat import uuid7

from application.fact_codec import FACT_TYPES, payload
from infrastructure.postgres.session import Session
from shared.facts import Fact

_INSERT = """
    INSERT INTO outbox (id, type, version, aggregate_type, aggregate_id, payload, occurred_at,
                        request_id, actor)
    SELECT fact.id, fact.type, fact.version, fact.aggregate_type, fact.aggregate_id, fact.payload,
           fact.occurred_at, $8, $9
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::uuid[], $6::jsonb[],
                $7::timestamptz[]) WITH ORDINALITY
         AS fact (id, type, version, aggregate_type, aggregate_id, payload, occurred_at, nr)
    ORDER BY fact.nr
"""


class Outbox:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def write(self, facts: Sequence[Fact]) -> None:
        """Positions follow the order given. Those of one aggregate follow the order of their
        commits too, because its row is locked from before this insert until the commit."""
        if not facts:
            return
        types = [FACT_TYPES[type(fact)] for fact in facts]
        ctx = self._session.ctx
        await self._session.execute(
            _INSERT,
            [uuid7() for _ in facts],
            [kind.name for kind in types],
            [kind.version for kind in types],
            [kind.aggregate for kind in types],
            [fact.aggregate_id for fact in facts],
            [payload(fact) for fact in facts],
            [fact.occurred_at for fact in facts],
            ctx.request_id,
            ctx.actor.id,
        )
