"""One buyer at a time: what is decided by all that somebody has is decided behind their lock."""

from collections.abc import Collection

from infrastructure.postgres.session import Session
from shared.ids import UserId

# Equal numbers of different buyers would only make them wait for each other.
_LOCK = """
    SELECT pg_advisory_xact_lock(hashtextextended(id::text, 0)) FROM unnest($1::uuid[]) AS id
"""


async def lock(session: Session, buyers: Collection[UserId]) -> None:
    """Waits for whoever else is at one of them, and keeps the locks until the transaction ends.
    Statements that follow see what those others have committed."""
    if buyers:
        await session.execute(_LOCK, sorted(buyers))
