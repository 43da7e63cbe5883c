"""Budgets of callers and of addresses, what is told about them, and whose word counts."""

from collections.abc import Iterator, Mapping

import pytest

from tests.faces.outcome import Face
from tests.limits.callers import (
    Guest,
    comes,
    left,
    limited_by,
    new_address,
    new_network,
    policy,
    reason,
)
from tests.limits.conftest import ACTOR, ADDRESS, ANONYMOUS, NEW_BUYERS, Pair


@pytest.fixture(params=["rest", "grpc"])
def face(request: pytest.FixtureRequest, pair: Pair) -> Iterator[Face]:
    yield pair.first[request.param]


def test_every_write_tells_what_is_left(face: Face) -> None:
    """Whole seconds until the quota is whole again: what one write takes to come back."""
    came = comes(face, new_address())
    assert came.refusal is None
    assert policy(came) == {
        "address": (ADDRESS, 60),
        "anonymous": (ANONYMOUS, 60),
        "new-buyers": (NEW_BUYERS, 3600),
    }
    assert left(came) == {
        "address": (ADDRESS - 1, 60 // ADDRESS),
        "anonymous": (ANONYMOUS - 1, 60 // ANONYMOUS),
        "new-buyers": (NEW_BUYERS - 1, 3600 // NEW_BUYERS),
    }

    wrote = Guest.new(face).writes(face, new_address())
    assert reason(wrote) == "HOLD_NOT_FOUND"
    assert policy(wrote) == {"actor": (ACTOR, 60), "address": (ADDRESS, 60)}
    assert left(wrote) == {
        "actor": (ACTOR - 1, 60 // ACTOR),
        "address": (ADDRESS - 1, 60 // ADDRESS),
    }


def test_who_writes_too_often_has_to_wait(face: Face) -> None:
    guest = Guest.new(face)
    wrote = [guest.writes(face, new_address()) for _ in range(ACTOR)]
    assert [reason(each) for each in wrote] == ["HOLD_NOT_FOUND"] * ACTOR
    assert [left(each)["actor"][0] for each in wrote] == list(reversed(range(ACTOR)))

    address = new_address()
    refused = guest.writes(face, address)
    assert limited_by(refused) == "actor"
    assert policy(refused) == {"actor": (ACTOR, 60), "address": (ADDRESS, 60)}
    remaining, seconds = left(refused)["actor"]
    assert remaining == 0 and 0 < seconds <= 60 // ACTOR
    if face.name == "rest":
        assert refused.headers["retry-after"] == str(seconds)
    # A refused call counts against none of its limits.
    assert left(Guest.new(face).writes(face, address))["address"][0] == ADDRESS - 1


def test_the_budget_is_one_for_both_faces(pair: Pair) -> None:
    guest, address = Guest.new(pair.first["rest"]), new_address()
    for place in range(ACTOR):
        guest.writes(pair.first["grpc" if place % 2 else "rest"], address)
    for face in pair.first.values():
        assert limited_by(guest.writes(face, address)) == "actor"


def test_reading_is_not_limited(face: Face) -> None:
    guest, address = Guest.new(face), new_address()
    while limited_by(guest.writes(face, address)) is None:
        pass
    for _ in range(ADDRESS + 1):
        read = guest.reads(face, address)
        assert reason(read) == "HOLD_NOT_FOUND"
        assert policy(read) == left(read) == {}


def test_others_at_the_same_address_go_on(face: Face) -> None:
    guest, other, address = Guest.new(face), Guest.new(face), new_address()
    while limited_by(guest.writes(face, address)) is None:
        pass
    assert limited_by(other.writes(face, address)) is None


@pytest.mark.parametrize("version", [4, 6])
def test_an_address_has_a_budget_for_all_who_share_it(face: Face, version: int) -> None:
    """Of IPv6 it is the network that one customer gets."""
    places = [new_address()] * (ADDRESS + 1) if version == 4 else new_network(ADDRESS + 1)
    guests = [Guest.new(face) for _ in range(4)]
    for place in range(ADDRESS):
        assert limited_by(guests[place % 3].writes(face, places[place])) is None
    assert limited_by(guests[3].writes(face, places[ADDRESS])) == "address"
    assert limited_by(guests[3].writes(face, new_address())) is None


def test_without_a_token_the_budget_is_smaller(face: Face) -> None:
    guest, address = Guest.new(face), new_address()
    for _ in range(ANONYMOUS):
        assert limited_by(comes(face, address)) is None
    assert limited_by(comes(face, address)) == "anonymous"
    assert limited_by(guest.writes(face, address)) is None


def test_two_processes_share_a_budget(pair: Pair) -> None:
    guest, address = Guest.new(pair.first["rest"]), new_address()
    for place in range(ACTOR):
        face = pair.faces[place % len(pair.faces)]
        assert left(guest.writes(face, address))["actor"][0] == ACTOR - 1 - place
    for face in pair.faces:
        assert limited_by(guest.writes(face, address)) == "actor"


def test_of_what_proxies_say_only_their_own_word_counts(face: Face) -> None:
    """What stands left of the last address was sent by the caller, who may write anything."""
    address = new_address()
    for place in range(ANONYMOUS):
        claims = [f"{new_address()}, {address}"] if place % 2 else [new_address(), address]
        assert limited_by(comes(face, *claims)) is None
    assert limited_by(comes(face, f"{new_address()}, {address}")) == "anonymous"
    assert limited_by(comes(face, f"{address}, {new_address()}")) is None


def test_who_is_no_proxy_is_not_believed(trusting_nobody: Mapping[str, Face]) -> None:
    """And zero means without a limit."""
    faces = list(trusting_nobody.values())
    came = [comes(faces[place % 2], new_address()) for place in range(ANONYMOUS)]
    assert [limited_by(each) for each in came] == [None] * ANONYMOUS
    assert [set(policy(each)) for each in came] == [{"anonymous"}] * ANONYMOUS
    for face in faces:
        assert limited_by(comes(face, new_address())) == "anonymous"
    guest = Guest(token=str(came[0].answer["access_token"]))
    for place in range(ADDRESS + 1):
        wrote = guest.writes(faces[place % 2], new_address())
        assert reason(wrote) == "HOLD_NOT_FOUND" and policy(wrote) == {}
