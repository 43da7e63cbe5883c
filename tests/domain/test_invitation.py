"""Invitations."""

from datetime import timedelta

import pytest

from domain.organizer.errors import InvitationNotOpen
from domain.organizer.invitation import Invitation, InvitationState
from domain.organizer.organizer import Role
from shared.errors import FieldInvalid
from shared.ids import InvitationId, OrganizerId, UserId
from tests.domain.builders import AT, SECOND, uid

WEEK = timedelta(days=7)
USER = UserId(uid("user"))


def invitation(email: str = " Eve@Example.com ") -> Invitation:
    return Invitation.invite(
        id=InvitationId(uid("invitation")),
        organizer_id=OrganizerId(uid("organizer")),
        email=email,
        role=Role.FINANCE,
        by=UserId(uid("owner")),
        lasts=WEEK,
        at=AT,
    )


def test_an_invitation() -> None:
    made = invitation()
    assert (made.email, made.state, made.version) == ("Eve@Example.com", InvitationState.OPEN, 1)
    assert made.expires_at == AT + WEEK
    (fact,) = made.facts
    assert (type(fact).__name__, fact.aggregate_id) == ("MemberInvited", made.id)
    with pytest.raises(FieldInvalid):
        invitation("no")


def test_its_end_is_told() -> None:
    in_time = AT + WEEK - SECOND
    accepted = invitation().accept(USER, at=in_time)
    revoked = invitation().revoke(at=in_time)
    assert (accepted.state, revoked.state) == (InvitationState.ACCEPTED, InvitationState.REVOKED)
    assert [type(each).__name__ for each in accepted.facts] == [
        "MemberInvited",
        "InvitationAccepted",
    ]
    assert getattr(accepted.facts[-1], "user_id") == USER
    assert [type(each).__name__ for each in revoked.facts] == ["MemberInvited", "InvitationRevoked"]


def test_it_ends_once() -> None:
    ended = [
        (invitation().accept(USER, at=AT), AT, "ACCEPTED"),
        (invitation().revoke(at=AT), AT, "REVOKED"),
        (invitation(), AT + WEEK, "EXPIRED"),
        (invitation().accept(USER, at=AT), AT + WEEK, "ACCEPTED"),
    ]
    for made, at, state in ended:
        assert made.state_at(at) is InvitationState(state)
        with pytest.raises(InvitationNotOpen) as refused:
            made.accept(USER, at=at)
        assert refused.value.metadata == {"state": state}
        with pytest.raises(InvitationNotOpen):
            made.revoke(at=at)


def test_it_is_open_until_its_deadline() -> None:
    assert invitation().state_at(AT + WEEK - SECOND) is InvitationState.OPEN
