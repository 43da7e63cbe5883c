"""Guests."""

import pytest

from domain.guest.guest import Guest
from shared.errors import FieldInvalid
from shared.ids import OrganizerId, UserId
from tests.domain.builders import AT, SECOND, uid


def guest(email: str = " Eve@Example.com ") -> Guest:
    return Guest.create(
        id=UserId(uid("guest")), email=email, tests_of=OrganizerId(uid("organizer")), at=AT
    )


def test_a_guest() -> None:
    made = guest()
    assert (made.email, made.claimed_by, made.version) == ("Eve@Example.com", None, 1)
    assert made.tests_of == uid("organizer")
    (fact,) = made.facts
    assert (type(fact).__name__, fact.aggregate_id) == ("GuestCreated", made.id)
    with pytest.raises(FieldInvalid):
        guest("no")


def test_a_guest_is_claimed_once() -> None:
    user_id = UserId(uid("user"))
    claimed = guest().claim(user_id, at=AT + SECOND)
    assert claimed.claimed_by == user_id
    fact = claimed.facts[-1]
    assert (type(fact).__name__, fact.aggregate_id) == ("GuestClaimed", claimed.id)
    assert getattr(fact, "user_id") == user_id
    with pytest.raises(RuntimeError, match="claimed already"):
        claimed.claim(user_id, at=AT + SECOND)
