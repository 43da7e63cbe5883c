"""Members of an organizer, and how they become that."""

from pytest_bdd import given, parsers, then, when

from tests.faces.letters import INVITATION
from tests.faces.outcome import items, text
from tests.features.people import Person
from tests.features.world import World

_NTH = {"the": 1, "the second": 2}


@given(parsers.re(r"(?P<who>\w+) invites (?P<whom>\w+) as (?P<role>\w+)(?P<new>, who has no .+)?"))
@when(parsers.re(r"(?P<who>\w+) invites (?P<whom>\w+) as (?P<role>\w+)(?P<new>, who has no .+)?"))
def invites(world: World, who: str, whom: str, role: str, new: str | None) -> None:
    email = world.address(whom) if new else world.people[whom].email
    request = {"organizer_id": world.organizer_id, "email": email, "role": role.upper()}
    outcome = world.does(who, "InviteMember", request)
    if outcome.refusal is None:
        world.invitation_id = text(outcome.answer, "id")


@given(parsers.re(r"(?P<who>\w+) accepts (?P<which>the(?: second)?|\w+'s) invitation"))
@when(parsers.re(r"(?P<who>\w+) accepts (?P<which>the(?: second)?|\w+'s) invitation"))
def accepts(world: World, who: str, which: str) -> None:
    email = world.people[which.removesuffix("'s")].email if "'" in which else None
    letter = world.letters.nth(email or world.people[who].email, INVITATION, _NTH.get(which, 1))
    world.does(who, "AcceptInvitation", {"token": letter.token})


@given(parsers.re(r"(?P<who>\w+) is an? (?P<role>manager|finance|scanner)"))
def is_member(world: World, who: str, role: str) -> None:
    invites(world, "Olga", who, role, None)
    accepts(world, who, "the")


@when(parsers.parse("Olga takes the invitation back"))
def takes_back(world: World) -> None:
    request = {"organizer_id": world.organizer_id, "invitation_id": world.invitation_id}
    world.does("Olga", "RevokeInvitation", request)


@given(parsers.re(r"(?P<who>\w+) removes (?P<whom>\w+)"))
@when(parsers.re(r"(?P<who>\w+) removes (?P<whom>\w+)"))
def removes(world: World, who: str, whom: str) -> None:
    request = {"organizer_id": world.organizer_id, "user_id": world.people[whom].id}
    world.does(who, "RemoveMember", request)


@given(parsers.re(r"(?P<who>\w+) makes (?P<whom>\w+) an? (?P<role>owner|manager|finance|scanner)"))
@when(parsers.re(r"(?P<who>\w+) makes (?P<whom>\w+) an? (?P<role>owner|manager|finance|scanner)"))
def makes_member(world: World, who: str, whom: str, role: str) -> None:
    request = {
        "organizer_id": world.organizer_id,
        "user_id": world.people[whom].id,
        "role": role.upper(),
    }
    world.does(who, "ChangeMemberRole", request)


@when(parsers.parse("{who} reads who the members are"))
def reads_members(world: World, who: str) -> None:
    outcome = world.does(who, "ListMembers", {"organizer_id": world.organizer_id})
    if outcome.refusal is None:
        world.found = items(outcome.answer, "items")


@then(parsers.re(r"the members are (?P<words>\w+ as \w+(?: and \w+ as \w+)*)"))
def members_are(world: World, words: str) -> None:
    wanted = [part.split(" as ") for part in words.split(" and ")]
    people: list[Person] = [world.people[name] for name, _ in wanted]
    assert [(each["user_id"], each["email"], each["role"]) for each in world.found] == [
        (person.id, person.email, role.upper())
        for person, (_, role) in zip(people, wanted, strict=True)
    ]


@then(parsers.re(r"(?P<who>\w+) is (?P<role>owner|manager|finance|scanner) there"))
def is_there(world: World, who: str, role: str) -> None:
    world.nothing_unnoticed()
    own = items(world.asks(who, "ListOrganizers", {}), "items")
    assert [(each["id"], each["role"]) for each in own] == [(world.organizer_id, role.upper())]


@then(parsers.parse("{who} belongs to no organizer"))
def belongs_to_none(world: World, who: str) -> None:
    world.nothing_unnoticed()
    assert items(world.asks(who, "ListOrganizers", {}), "items") == []


@then(parsers.re(r"Olga reads that (?P<whose>\w+)'s invitation is (?P<state>\w+)"))
def invitation_is(world: World, whose: str, state: str) -> None:
    page = world.asks("Olga", "ListInvitations", {"organizer_id": world.organizer_id})
    assert [(each["email"], each["state"]) for each in items(page, "items")] == [
        (world.people[whose].email, state.upper())
    ]
