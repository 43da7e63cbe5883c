"""Guests, and how what is theirs becomes a user's."""

from collections.abc import Sequence

from application.ports.people import GuestRepository
from domain.guest.guest import Guest
from domain.user.user import User
from infrastructure.memory.holds_table import move_hold
from infrastructure.memory.orders import move_order
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import UserId


class MemoryGuests(GuestRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, guest_id: UserId) -> Guest | None:
        return (await self._session.read()).guests.get(guest_id)

    async def unclaimed(self, email: str, *, limit: int) -> Sequence[Guest]:
        tables = await self._session.read()
        named = tables.guests_by_email.get(User.email_key(email), ())
        guests = (tables.guests[each] for each in named)
        found = [each for each in guests if each.claimed_by is None and each.tests_of is None]
        return sorted(found, key=lambda guest: (guest.created_at, guest.id))[:limit]

    def add(self, guest: Guest) -> None:
        def write(writing: Writing) -> None:
            tables, key = writing.tables, User.email_key(guest.email)
            writing.insert(tables.guests, guest.id, guest)
            writing.journal.append(tables.guests_by_email, key, guest.id)

        self._session.note(Phase.ACCOUNT, write, *guest.facts)

    def hand_over(self, guest: Guest) -> None:
        claimed_by = guest.claimed_by
        if claimed_by is None:
            raise RuntimeError(f"guest {guest.id} was not claimed")

        def write(writing: Writing) -> None:
            tables = writing.tables
            writing.update(tables.guests, guest.id, guest)
            # Their versions rise: nobody who loaded one as the guest's saves it as the guest's.
            for hold_id in tables.holds_of_buyer.get(guest.id, ()):
                move_hold(writing, hold_id, to=claimed_by)
            for order_id in tables.orders_of_buyer.get(guest.id, ()):
                move_order(writing, order_id, to=claimed_by)

        self._session.note(Phase.ACCOUNT, write, *guest.facts)
