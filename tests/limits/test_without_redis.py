"""The server of rate limits goes away: what takes stock stays limited, everything else goes on."""

import time

from tests.faces.outcome import Face
from tests.limits.callers import Guest, left, limited_by, new_address, reason
from tests.limits.conftest import ACTOR, Pair

PATIENCE = 60.0


def test_writes_go_on_and_holds_stay_limited(pair: Pair) -> None:
    guest, address = Guest.new(pair.first["rest"]), new_address()
    while limited_by(guest.writes(pair.first["rest"], address)) is None:
        pass
    pair.valkey.kill()
    try:
        for place in range(2 * ACTOR):
            face = pair.faces[place % len(pair.faces)]
            assert reason(guest.writes(face, address)) == "HOLD_NOT_FOUND"
        for process in (pair.first, pair.second):
            _exhausts_its_own_budget(process["rest"], guest)
            assert limited_by(guest.holds(process["grpc"], new_address())) == "actor"
    finally:
        pair.valkey.start()
    _is_counted_again(pair, guest)


def _exhausts_its_own_budget(face: Face, guest: Guest) -> None:
    for _ in range(ACTOR):
        assert reason(guest.holds(face, new_address())) == "EVENT_NOT_FOUND"
    assert limited_by(guest.holds(face, new_address())) == "actor"


def _is_counted_again(pair: Pair, guest: Guest) -> None:
    deadline = time.monotonic() + PATIENCE
    for face in (pair.first["rest"], pair.second["rest"]):
        while left(guest.writes(face, new_address()))["actor"][0] == ACTOR:
            assert time.monotonic() < deadline, "nobody counts"
            time.sleep(0.1)
