"""Organizers: who is in, as what, and that somebody always owns them."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.organizer.errors import AlreadyMember, LastOwner, MemberNotFound
from domain.organizer.organizer import MOST_MEMBERS, Member, Organizer, Role
from shared.errors import FieldInvalid
from shared.ids import OrganizerId, UserId
from tests.domain.builders import AT, SECOND, organizer, uid

OWNER, OTHER = UserId(uid("owner")), UserId(uid("other"))
LATER = AT + SECOND


def test_an_organizer() -> None:
    made = Organizer.create(
        id=OrganizerId(uid("organizer")), name=" Town ", slug="town", owner=OWNER, at=AT
    )
    assert made.name == "Town"
    assert made.members == (Member(user_id=OWNER, role=Role.OWNER, joined_at=AT),)
    assert made.has_member(OWNER)
    assert not made.has_member(OTHER) and not made.has_member(None)
    (fact,) = made.facts
    assert (type(fact).__name__, fact.aggregate_id) == ("OrganizerCreated", made.id)
    with pytest.raises(FieldInvalid) as refused:
        Organizer.create(id=made.id, name="", slug="Town Hall", owner=OWNER, at=AT)
    assert [each.pointer for each in refused.value.violations] == ["/name", "/slug"]


@pytest.mark.parametrize("role", Role)
def test_joining(role: Role) -> None:
    joined = organizer().join(OTHER, role, at=LATER)
    assert joined.member(OTHER) == Member(user_id=OTHER, role=role, joined_at=LATER)
    (fact,) = joined.facts
    assert (type(fact).__name__, getattr(fact, "role")) == ("MemberJoined", role.value)
    for again in (role, Role.SCANNER):
        with pytest.raises(AlreadyMember):
            joined.join(OTHER, again, at=LATER)


def test_there_is_room_for_so_many() -> None:
    full = organizer(*((f"member {number}", Role.SCANNER) for number in range(MOST_MEMBERS - 1)))
    assert len(full.members) == MOST_MEMBERS
    with pytest.raises(FieldInvalid):
        full.join(OTHER, Role.SCANNER, at=LATER)
    left = full.remove(UserId(uid("member 7")), at=LATER)
    assert left.join(OTHER, Role.SCANNER, at=LATER).has_member(OTHER)


def test_another_role() -> None:
    before = organizer(("other", Role.SCANNER))
    after = before.change_role(OTHER, Role.OWNER, at=LATER)
    assert after.member(OTHER) == Member(user_id=OTHER, role=Role.OWNER, joined_at=AT)
    assert [each.user_id for each in after.members] == [OWNER, OTHER]
    (fact,) = after.facts
    assert (type(fact).__name__, getattr(fact, "role")) == ("MemberRoleChanged", "OWNER")
    assert after.change_role(OTHER, Role.OWNER, at=LATER) is after
    assert after.change_role(OWNER, Role.FINANCE, at=LATER).member(OWNER).role is Role.FINANCE


def test_leaving() -> None:
    left = organizer(("other", Role.MANAGER)).remove(OTHER, at=LATER)
    assert [each.user_id for each in left.members] == [OWNER]
    (fact,) = left.facts
    assert (type(fact).__name__, getattr(fact, "user_id")) == ("MemberRemoved", OTHER)


def test_strangers_are_no_members() -> None:
    for refused in (
        lambda: organizer().member(OTHER),
        lambda: organizer().remove(OTHER, at=LATER),
        lambda: organizer().change_role(OTHER, Role.OWNER, at=LATER),
    ):
        with pytest.raises(MemberNotFound):
            refused()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_the_last_owner_stays_one(role: Role) -> None:
    owned = organizer(("other", role))
    with pytest.raises(LastOwner):
        owned.remove(OWNER, at=LATER)
    for other in (each for each in Role if each is not Role.OWNER):
        with pytest.raises(LastOwner):
            owned.change_role(OWNER, other, at=LATER)
    assert owned.change_role(OWNER, Role.OWNER, at=LATER) is owned


PEOPLE = st.sampled_from(["owner", "two", "three", "four"]).map(lambda name: UserId(uid(name)))


class MembersMachine(RuleBasedStateMachine):
    """Anybody comes, goes and becomes something else, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.organizer = organizer()
        self.roles = {OWNER: Role.OWNER}

    def owners(self) -> set[UserId]:
        return {user_id for user_id, role in self.roles.items() if role is Role.OWNER}

    @rule(user_id=PEOPLE, role=st.sampled_from(Role))
    def join(self, user_id: UserId, role: Role) -> None:
        if user_id in self.roles:
            with pytest.raises(AlreadyMember):
                self.organizer.join(user_id, role, at=LATER)
            return
        self.save(self.organizer.join(user_id, role, at=LATER))
        self.roles[user_id] = role

    @rule(user_id=PEOPLE, role=st.sampled_from(Role))
    def change_role(self, user_id: UserId, role: Role) -> None:
        if user_id not in self.roles:
            with pytest.raises(MemberNotFound):
                self.organizer.change_role(user_id, role, at=LATER)
        elif self.owners() == {user_id} and role is not Role.OWNER:
            with pytest.raises(LastOwner):
                self.organizer.change_role(user_id, role, at=LATER)
        else:
            self.save(self.organizer.change_role(user_id, role, at=LATER))
            self.roles[user_id] = role

    @rule(user_id=PEOPLE)
    def remove(self, user_id: UserId) -> None:
        if user_id not in self.roles:
            with pytest.raises(MemberNotFound):
                self.organizer.remove(user_id, at=LATER)
        elif self.owners() == {user_id}:
            with pytest.raises(LastOwner):
                self.organizer.remove(user_id, at=LATER)
        else:
            self.save(self.organizer.remove(user_id, at=LATER))
            del self.roles[user_id]

    @invariant()
    def somebody_owns_it(self) -> None:
        assert any(each.role is Role.OWNER for each in self.organizer.members)

    @invariant()
    def members_are_who_joined_and_did_not_leave(self) -> None:
        assert {each.user_id: each.role for each in self.organizer.members} == self.roles
        assert len(self.organizer.members) == len(self.roles)

    def save(self, changed: Organizer) -> None:
        assert len(changed.facts) <= 1
        assert changed.version == self.organizer.version + len(changed.facts)
        self.organizer = replace(changed, facts=())


MembersMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, derandomize=True, database=None
)
TestMembers = MembersMachine.TestCase
