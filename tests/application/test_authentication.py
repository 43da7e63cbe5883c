"""From credentials to who it is, as things stand at this moment."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from application.errors import TokenExpired, TokenInvalid, TokenRevoked
from application.messages import Actor, ActorKind, Membership
from application.ports.identity import Bearer
from application.ports.unit_of_work import UnitOfWork
from domain.organizer.organizer import Role
from domain.session.session import EndCause
from shared.errors import AppError
from shared.ids import SessionId, UserId
from tests.application.stage import (
    GUEST,
    GUEST_TOKEN,
    KEY,
    ORGANIZER,
    ROOT,
    ROOT_SESSION,
    ROOT_TOKEN,
    SESSION,
    TEST_KEY,
    TOKEN,
    USER,
    Stage,
)
from tests.contracts.world import IDS, SEALS, TOKENS, Caller


async def who(stage: Stage, credentials: str) -> Actor:
    return await stage.pipeline.authenticator.actor(credentials)


async def refused(stage: Stage, credentials: str) -> type[AppError]:
    with pytest.raises(AppError) as refusal:
        await who(stage, credentials)
    return type(refusal.value)


async def change(stage: Stage, write: Callable[[UnitOfWork], None]) -> None:
    async with stage.database.begin(Caller(ROOT, ROOT_SESSION, "root").admitted) as work:
        await work.now()
        write(work)
        await work.commit(None)


async def test_a_user(stage: Stage) -> None:
    actor = await who(stage, TOKEN)
    assert (actor.kind, actor.user_id, actor.session_id) == (ActorKind.USER, USER, SESSION)
    assert (actor.superuser, actor.email_verified, actor.live) == (False, False, True)
    assert actor.memberships == (Membership(organizer_id=ORGANIZER, role=Role.OWNER),)
    assert actor.organizer_ids == (ORGANIZER,)
    assert actor.role_in(ORGANIZER) is Role.OWNER
    root = await who(stage, ROOT_TOKEN)
    assert root.superuser and root.organizer_ids == () and root.role_in(ORGANIZER) is None


async def test_a_guest(stage: Stage) -> None:
    actor = await who(stage, GUEST_TOKEN)
    assert (actor.kind, actor.user_id, actor.session_id) == (ActorKind.GUEST, GUEST, None)
    assert (actor.email, actor.email_verified) == ("eve@example.com", False)
    assert (actor.organizer_ids, actor.id) == ((), str(GUEST))


@pytest.mark.parametrize(("key", "live"), [(KEY, True), (TEST_KEY, False)], ids=["live", "test"])
async def test_a_key(stage: Stage, key: str, live: bool) -> None:
    actor = await who(stage, key)
    assert (actor.kind, actor.user_id, actor.live) == (ActorKind.API_KEY, None, live)
    assert actor.tests_of == (None if live else ORGANIZER)
    assert actor.organizer_ids == (ORGANIZER,) and actor.scopes == {"Greet"}
    assert actor.id == str(actor.key_id) and actor.role_in(ORGANIZER) is None


@pytest.mark.parametrize(
    "credentials",
    [
        "",
        TOKENS.issue(Bearer(user_id=UserId(IDS.uuid()), session_id=SESSION)),
        TOKENS.issue(Bearer(user_id=UserId(IDS.uuid()), session_id=None)),
        TOKENS.issue(Bearer(user_id=USER, session_id=None)),
        TOKENS.issue(Bearer(user_id=GUEST, session_id=SESSION)),
        KEY[:-1],
        KEY + " ",
        KEY.replace("live", "test"),
        KEY.swapcase(),
        "hf_live_",
        KEY + "x" * 200,
        SEALS.digest(KEY).hex(),
    ],
    ids=[
        "nothing",
        "an unknown user",
        "an unknown guest",
        "a user without session",
        "a guest with one",
        "a key cut short",
        "a key and a space",
        "a live key as a test key",
        "a key in another case",
        "a prefix",
        "a key that goes on",
        "a digest",
    ],
)
async def test_nobody(stage: Stage, credentials: str) -> None:
    """No user, no guest, no key: a user's id is no guest's, and a guest has no session."""
    assert await refused(stage, credentials) is TokenInvalid


async def test_somebody_elses_session_is_none(stage: Stage) -> None:
    for session_id in (ROOT_SESSION, SessionId(IDS.uuid())):
        token = TOKENS.issue(Bearer(user_id=USER, session_id=session_id))
        assert await refused(stage, token) is TokenRevoked


async def test_an_ended_session(stage: Stage) -> None:
    assert (await who(stage, TOKEN)).kind is ActorKind.USER
    tables = stage.database.tables
    ended = tables.sessions[SESSION].end(EndCause.LOGOUT, at=stage.database.clock.now())
    await change(stage, lambda work: work.sessions.save(ended))
    assert await refused(stage, TOKEN) is TokenRevoked
    assert (await who(stage, ROOT_TOKEN)).kind is ActorKind.USER


async def test_a_deactivated_user(stage: Stage) -> None:
    at = stage.database.clock.now()
    for active in (False, True):
        stored = stage.database.tables.users[USER]
        changed = (
            stored.activate(at=at)
            if active
            else stored.deactivate(by=ROOT, superusers=[ROOT], at=at)
        )
        await change(stage, lambda work, user=changed: work.users.save(user))  # type: ignore[misc]
        if active:
            assert (await who(stage, TOKEN)).kind is ActorKind.USER
        else:
            assert await refused(stage, TOKEN) is TokenRevoked


async def test_a_claimed_guest(stage: Stage) -> None:
    claimed = stage.database.tables.guests[GUEST].claim(USER, at=stage.database.clock.now())
    await change(stage, lambda work: work.guests.hand_over(claimed))
    assert await refused(stage, GUEST_TOKEN) is TokenRevoked


async def test_a_revoked_key(stage: Stage) -> None:
    actor = await who(stage, KEY)
    assert actor.key_id is not None
    stored = stage.database.tables.api_keys[actor.key_id]
    revoked = stored.revoke(at=stage.database.clock.now())
    await change(stage, lambda work: work.api_keys.save(revoked))
    assert await refused(stage, KEY) is TokenRevoked
    assert (await who(stage, TEST_KEY)).kind is ActorKind.API_KEY
    stage.database.clock.advance(timedelta(days=2))
    assert await refused(stage, KEY) is TokenRevoked, "not merely expired"


async def test_an_expired_key(stage: Stage) -> None:
    stage.database.clock.advance(timedelta(hours=23))
    assert (await who(stage, KEY)).kind is ActorKind.API_KEY
    stage.database.clock.advance(timedelta(hours=1))
    assert await refused(stage, KEY) is TokenExpired


async def test_a_removed_member_is_a_stranger(stage: Stage) -> None:
    at = stage.database.clock.now()
    joined = stage.database.tables.organizers[ORGANIZER].join(ROOT, Role.OWNER, at=at)
    await change(stage, lambda work: work.organizers.save(joined))
    assert (await who(stage, ROOT_TOKEN)).role_in(ORGANIZER) is Role.OWNER
    removed = stage.database.tables.organizers[ORGANIZER].remove(USER, at=at)
    await change(stage, lambda work: work.organizers.save(removed))
    assert (await who(stage, TOKEN)).memberships == ()
