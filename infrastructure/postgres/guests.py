"""Guests, and what becomes of theirs when they are claimed."""

from collections.abc import Sequence

from application.ports.people import GuestRepository
from application.ports.unit_of_work import StaleWrite
from domain.guest.guest import Guest
from domain.user.user import User
from infrastructure.postgres.connections import Record
from infrastructure.postgres.identity import Role
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from infrastructure.postgres.text import is_storable
from shared.ids import OrganizerId, UserId

_SELECT = "SELECT id, email, tests_of, created_at, claimed_by, version FROM guests"

_UNCLAIMED = f"""
    {_SELECT}
    WHERE email_key = $1 AND claimed_by IS NULL AND tests_of IS NULL
    ORDER BY created_at, id
    LIMIT $2
"""  # nosec B608: constants only

_INSERT = """
    INSERT INTO guests (id, email, email_key, tests_of, created_at, claimed_by, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

_UPDATE = "UPDATE guests SET claimed_by = $3, version = $4 WHERE id = $1 AND version = $2"

# The version counts this change too: whoever is at work on one of them for the guest is stale.
# Rows are locked in id order, here as everywhere.
_MOVE = """
    WITH locked AS MATERIALIZED (
        SELECT t.id, claimed.by
        FROM {table} t JOIN unnest($1::uuid[], $2::uuid[]) AS claimed (id, by)
          ON t.buyer_id = claimed.id
        ORDER BY t.id
        FOR NO KEY UPDATE OF t
    )
    UPDATE {table} SET buyer_id = locked.by, version = version + 1
    FROM locked WHERE {table}.id = locked.id
"""
_MOVE_ORDERS, _MOVE_HOLDS = _MOVE.format(table="orders"), _MOVE.format(table="holds")


class PostgresGuestRepository(GuestRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Guest] = Notes()

    async def get(self, guest_id: UserId) -> Guest | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", guest_id)
        return _guest(row) if row else None

    async def unclaimed(self, email: str, *, limit: int) -> Sequence[Guest]:
        key = User.email_key(email)
        if not is_storable(key):
            return ()
        rows = await self._session.fetch(_UNCLAIMED, key, limit, as_=Role.SYSTEM)
        return [_guest(row) for row in rows]

    def add(self, guest: Guest) -> None:
        self.notes.add(guest.id, guest)

    def hand_over(self, guest: Guest) -> None:
        self.notes.save(guest.id, guest)

    async def write(self) -> None:
        """Raises StaleWrite."""
        for guest in self.notes.added:
            await self._session.execute(
                _INSERT,
                guest.id,
                guest.email,
                User.email_key(guest.email),
                guest.tests_of,
                guest.created_at,
                guest.claimed_by,
                guest.version,
            )
        for guest in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                guest.id,
                stored_version(guest),
                guest.claimed_by,
                guest.version,
                as_=Role.SYSTEM,
            )
            if written != 1:
                raise StaleWrite

    async def move_orders(self) -> None:
        await self._move(_MOVE_ORDERS)

    async def move_holds(self) -> None:
        await self._move(_MOVE_HOLDS)

    async def _move(self, sql: str) -> None:
        claimed = self.notes.saved
        if claimed:
            ids, users = [each.id for each in claimed], [each.claimed_by for each in claimed]
            await self._session.execute(sql, ids, users, as_=Role.SYSTEM)


def _guest(row: Record) -> Guest:
    tests_of = row["tests_of"]
    claimed_by = row["claimed_by"]
    return Guest(
        id=UserId(row["id"]),
        email=row["email"],
        tests_of=None if tests_of is None else OrganizerId(tests_of),
        created_at=row["created_at"],
        claimed_by=None if claimed_by is None else UserId(claimed_by),
        version=row["version"],
    )
