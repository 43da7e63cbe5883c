"""One buyer at a time: what is decided by all that somebody has is decided behind their lock."""

import hashlib

from infrastructure.postgres.session import Session
from shared.ids import UserId

_LOCK = "SELECT pg_advisory_xact_lock($1)"


def lock_key(buyer_id: UserId) -> int:
    """A number for the buyer in the 64 bits of an advisory lock; equal ones of different buyers
    would only make them wait for each other."""
    return int.from_bytes(hashlib.blake2b(buyer_id.bytes, digest_size=8).digest(), signed=True)


async def lock(session: Session, buyer_id: UserId) -> None:
    """Waits for whoever else is at it, and keeps the lock until the transaction ends. What is read
    by later statements is what those before have committed."""
    await session.execute(_LOCK, lock_key(buyer_id))
