"""One buyer at a time: what is decided by all that somebody has is decided behind their lock."""

from collections.abc import Collection

from infrastructure.postgres.advisory import LOCK, buyer_lock, in_order
from infrastructure.postgres.session import Session
from shared.ids import UserId


async def lock(session: Session, buyers: Collection[UserId]) -> None:
    """Waits for whoever else is at one of them, and keeps the locks until the transaction ends.
    Statements that follow see what those others have committed."""
    if buyers:
        await session.execute(LOCK, in_order(buyer_lock(each) for each in buyers))
