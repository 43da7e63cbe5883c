"""Advisory locks: what no row stands for yet, or one row alone could not guard.

A lock is a number. Equal numbers of different things would only make them wait for each other.
"""

from collections.abc import Iterable
from hashlib import blake2b

from shared.ids import UserId

LOCK = "SELECT pg_advisory_xact_lock(nr) FROM unnest($1::bigint[]) AS nr"
"""Takes the locks in the order given, until the transaction ends. Give it `in_order`. It is a
statement of its own: only those that follow see what whoever had a lock before has committed."""


def key_lock(actor: str, operation: str, key: str) -> int:
    """Of an idempotency key, over all days: no index reaches from one day's keys to another's."""
    parts = (part.encode(errors="surrogatepass") for part in (actor, operation, key))
    # With their lengths, so that no two scopes are the same bytes.
    return _number(b"holdfast key", b"".join(b"%d:%b" % (len(part), part) for part in parts))


def buyer_lock(buyer_id: UserId) -> int:
    """Of a buyer: what is decided by all that somebody has is decided behind it."""
    return _number(b"holdfast buyer", buyer_id.bytes)


def in_order(locks: Iterable[int]) -> list[int]:
    """Each once, in the order in which everybody takes them."""
    return sorted(set(locks))


def lock_now(lock: int) -> str:
    """The statement as text, to be sent together with a BEGIN."""
    return f"SELECT pg_advisory_xact_lock({int(lock)})"


def lock_all_now(locks: Iterable[int]) -> str:
    """The same for several, in the order given."""
    array = ",".join(str(int(lock)) for lock in locks)
    return (
        "SELECT pg_advisory_xact_lock(nr)"  # nosec B608: numbers only
        f" FROM unnest('{{{array}}}'::bigint[]) AS nr"
    )


def _number(kind: bytes, content: bytes) -> int:
    hashed = blake2b(content, digest_size=8, person=kind).digest()
    return int.from_bytes(hashed, "big", signed=True)
