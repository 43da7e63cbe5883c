"""Every forged token before those who judge it: read by either face, verified, and looked up."""

import uuid

import pytest
from starlette.requests import Request

from api.context import REQUEST_ID
from api.context import context_of as read_by_rest
from application.authentication import Authenticator
from application.errors import TokenInvalid
from application.messages import ActorKind
from application.ports.identity import Bearer, Purpose
from application.ports.standing import GuestStanding, KeyStanding, Standings, UserStanding
from grpc_app.context import context_of as read_by_grpc
from infrastructure.ids.ids import RandomIds
from infrastructure.jwt.keys import signing_key
from infrastructure.jwt.tokens import JwtTokens
from infrastructure.sealed.seals import HmacSeals
from shared.errors import AppError
from shared.ids import SessionId, UserId
from tests.faces.forged import MISSING, TABLE, Sent
from tests.faces.forgery import Material

SECRET = "one secret of the tests, long enough"


class Known(Standings):
    """One user with one session that goes on, one guest, one key; all others were ended."""

    def __init__(self, user: Bearer, stranger: Bearer, guest: Bearer, key: bytes) -> None:
        self._live = {(each.user_id, each.session_id) for each in (user, stranger)}
        self._users = {user.user_id, stranger.user_id}
        self._guest = guest.user_id
        self._key = key

    async def of_user(self, user_id: UserId, session_id: SessionId) -> UserStanding | None:
        if user_id not in self._users:
            return None
        return UserStanding(
            active=(user_id, session_id) in self._live,
            email="ada@example.org",
            email_verified=True,
            superuser=False,
            memberships=(),
        )

    async def of_guest(self, guest_id: UserId) -> GuestStanding | None:
        if guest_id != self._guest:
            return None
        return GuestStanding(active=True, email="gil@example.org", tests_of=None)

    async def of_key(self, digest: bytes) -> KeyStanding | None:
        if digest != self._key:
            return None
        raise AssertionError("a forged key was the real one")


@pytest.fixture(scope="module")
def tokens() -> JwtTokens:
    return JwtTokens([SECRET])


@pytest.fixture(scope="module")
def scene(tokens: JwtTokens) -> tuple[Material, Authenticator, Bearer]:
    seals, ids = HmacSeals([SECRET]), RandomIds()

    def somebody(session: bool = True) -> Bearer:
        found = SessionId(ids.uuid()) if session else None
        return Bearer(user_id=UserId(ids.uuid()), session_id=found)

    user, stranger, guest = somebody(), somebody(), somebody(session=False)
    ended = Bearer(user_id=user.user_id, session_id=SessionId(ids.uuid()))
    api_key = ids.api_key(live=True)
    known = Known(user, stranger, guest, seals.digest(api_key))
    material = Material(
        token=tokens.issue(user),
        guest_token=tokens.issue(guest),
        stranger_token=tokens.issue(stranger),
        ended_token=tokens.issue(ended),
        refresh_token=seals.seal(Purpose.REFRESH, uuid.uuid4()),
        api_key=api_key,
        key=signing_key(SECRET),
    )
    return material, Authenticator(tokens=tokens, seals=seals, standings=known), user


def rest(sent: Sent) -> str | None:
    headers = [(name.encode(), value.encode()) for name, value in sent.headers]
    scope = {"type": "http", "headers": headers, REQUEST_ID: "r", "client": None}
    return read_by_rest(Request(scope)).credentials


def grpc(sent: Sent) -> str | None:
    return read_by_grpc(sent.headers).credentials


FACES = {"rest": rest, "grpc": grpc}
ROWS = [
    pytest.param(face, name, id=f"{face}: {name}")
    for face in FACES
    for name, row in TABLE.items()
    if face == "rest" or not row.http_only
]


async def outcome(authenticator: Authenticator, credentials: str | None) -> str | None:
    """The reason of the refusal; None for whoever is let in, who must be the user."""
    if credentials is None:
        return MISSING
    try:
        actor = await authenticator.actor(credentials)
    except AppError as refusal:
        return refusal.reason
    assert actor.kind is ActorKind.USER
    return None


@pytest.mark.parametrize(("face", "name"), ROWS)
async def test_nobody_gets_in_with_a_forged_token(
    scene: tuple[Material, Authenticator, Bearer], face: str, name: str
) -> None:
    material, authenticator, _ = scene
    row = TABLE[name]
    credentials = FACES[face](row.make(material))
    assert await outcome(authenticator, credentials) == row.reason


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.looked_up])
def test_only_what_must_be_looked_up_passes_the_signature(
    scene: tuple[Material, Authenticator, Bearer], tokens: JwtTokens, name: str
) -> None:
    """So that those rows are about people, and all others about the token."""
    credentials = rest(TABLE[name].make(scene[0]))
    assert credentials is not None
    tokens.verify(credentials)


def test_the_table_is_large_and_lets_some_in() -> None:
    reasons = [row.reason for row in TABLE.values()]
    assert len(reasons) >= 60
    assert None in reasons


@pytest.mark.parametrize("around", ["{}\n", "\n{}", "{} ", " {}", "{}\0", "{}\r\n", "{}\u200b"])
async def test_what_no_header_can_carry_is_refused_as_well(
    scene: tuple[Material, Authenticator, Bearer], around: str
) -> None:
    material, authenticator, _ = scene
    for text in (material.token, material.api_key):
        with pytest.raises(TokenInvalid):
            await authenticator.actor(around.format(text))


@pytest.mark.parametrize("length", [2049, 10**6])
def test_a_long_text_is_refused_before_it_is_read(
    tokens: JwtTokens, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    token = tokens.issue(Bearer(user_id=UserId(uuid.uuid4()), session_id=None))
    monkeypatch.setattr("infrastructure.jwt.reading._SHAPE", None)
    with pytest.raises(TokenInvalid):
        tokens.verify(token + "A" * (length - len(token)))
    with pytest.raises(AttributeError):
        tokens.verify(token + "A")
