import base64
import json
import time
from collections.abc import Mapping

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from application.errors import TokenExpired, TokenInvalid
from infrastructure.jwt.keys import signing_key, thumbprint
from infrastructure.jwt.tokens import JwtTokens
from tests.contracts.identity import TokensContract, TokensUnderTest, guest, user
from tests.contracts.world import IDS

SECRET = "one secret of the tests, long enough"
NEXT = "the secret that comes after it, long as well"
NOW = 1_900_000_000


class Clock:
    def __init__(self) -> None:
        self.now: float = NOW

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class TestJwtTokens(TokensContract):
    @pytest.fixture
    def under_test(self) -> TokensUnderTest:
        clock = Clock()
        return TokensUnderTest(
            JwtTokens([SECRET], clock=clock),
            JwtTokens([NEXT, SECRET], clock=clock),
            JwtTokens(["another secret of the tests, long"], clock=clock),
            clock.advance,
        )


def claims(**changes: object) -> dict[str, object]:
    """Those of a valid token, changed; None leaves one out."""
    valid: dict[str, object] = {
        "iss": "holdfast",
        "aud": "holdfast",
        "sub": str(IDS.uuid()),
        "sid": str(IDS.uuid()),
        "kind": "user",
        "iat": NOW,
        "exp": NOW + 600,
        "jti": "1",
    }
    return {name: value for name, value in (valid | changes).items() if value is not None}


def signed(body: Mapping[str, object], *, typ: str = "at+jwt", kid: str | None = None) -> str:
    key = signing_key(SECRET)
    headers = {"typ": typ, "kid": key.kid if kid is None else kid}
    return jwt.encode(dict(body), key.private, algorithm="EdDSA", headers=headers)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> JwtTokens:
    return JwtTokens([SECRET], clock=clock, ttl_seconds=600, leeway_seconds=5)


def test_what_a_token_says(tokens: JwtTokens) -> None:
    bearer = user()
    token = tokens.issue(bearer)
    assert jwt.get_unverified_header(token) == {
        "alg": "EdDSA",
        "typ": "at+jwt",
        "kid": signing_key(SECRET).kid,
    }
    assert said(token) == {
        "iss": "holdfast",
        "aud": "holdfast",
        "sub": str(bearer.user_id),
        "sid": str(bearer.session_id),
        "kind": "user",
        "iat": NOW,
        "exp": NOW + 600,
    }


def test_what_the_token_of_a_guest_says(tokens: JwtTokens) -> None:
    """No session, and a longer life: it cannot be refreshed."""
    bearer = guest()
    assert said(tokens.issue(bearer)) == {
        "iss": "holdfast",
        "aud": "holdfast",
        "sub": str(bearer.user_id),
        "kind": "guest",
        "iat": NOW,
        "exp": NOW + 3600,
    }


def said(token: str) -> dict[str, object]:
    """All but the random id."""
    body: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    assert body.pop("jti")
    return body


def test_a_token_made_by_hand_is_as_good(tokens: JwtTokens) -> None:
    """So that the refusals below are about what each of them changes."""
    tokens.verify(signed(claims()))
    tokens.verify(signed(claims(sid=None, kind="guest", exp=NOW + 3600)))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW + 601},
        {"iat": NOW - 1},
        {"iat": NOW + 6, "exp": NOW + 600},
        {"sid": None, "kind": "guest", "exp": NOW + 3601},
        {"sid": None, "kind": "guest", "iat": NOW - 3001},
    ],
)
def test_nothing_lives_longer_than_we_let_it(
    tokens: JwtTokens, changes: Mapping[str, object]
) -> None:
    with pytest.raises(TokenInvalid):
        tokens.verify(signed(claims(**changes)))


@pytest.mark.parametrize("secrets", [[], [SECRET, SECRET], [SECRET, NEXT, "a third"], SECRET])
def test_secrets_are_one_or_two(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="one secret, or 2 different ones"):
        JwtTokens(secrets)


def test_every_published_key_is_the_whole_public_half(tokens: JwtTokens) -> None:
    key = signing_key(SECRET)
    x = base64.urlsafe_b64encode(key.public.public_bytes_raw()).rstrip(b"=").decode()
    assert tokens.jwks() == {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": x,
                "kid": key.kid,
                "use": "sig",
                "alg": "EdDSA",
            }
        ]
    }


def test_clocks_may_differ_a_little(tokens: JwtTokens, clock: Clock) -> None:
    token = tokens.issue(user())
    clock.advance(-4)
    tokens.verify(token)
    clock.advance(4 + 604)
    tokens.verify(token)
    clock.advance(1)
    with pytest.raises(TokenExpired):
        tokens.verify(token)


def test_a_signature_is_checked_once(tokens: JwtTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.issue(bearer := user())
    tokens.verify(token)
    monkeypatch.setattr(tokens, "_jws", None)
    assert tokens.verify(token) == bearer
    with pytest.raises(AttributeError):
        tokens.verify(tokens.issue(bearer))


def test_only_so_many_are_remembered(clock: Clock) -> None:
    tokens = JwtTokens([SECRET], clock=clock, remembered=3)
    for _ in range(5):
        tokens.verify(tokens.issue(user()))
    assert len(tokens._verified) == 3


def test_expired_tokens_are_forgotten(tokens: JwtTokens, clock: Clock) -> None:
    token = tokens.issue(user())
    tokens.verify(token)
    clock.advance(700)
    with pytest.raises(TokenExpired):
        tokens.verify(token)
    assert not tokens._verified


def test_the_clock_is_that_of_the_world_by_default() -> None:
    tokens = JwtTokens([SECRET])
    body = jwt.decode(tokens.issue(user()), options={"verify_signature": False})
    assert abs(body["iat"] - time.time()) < 60


def test_equal_secrets_make_equal_keys() -> None:
    """Every process of an installation accepts the tokens of the others."""
    one, same, other = signing_key(SECRET), signing_key(SECRET), signing_key(SECRET + "x")
    assert one.private.private_bytes_raw() == same.private.private_bytes_raw()
    assert one.private.private_bytes_raw() != other.private.private_bytes_raw()
    assert one.kid == same.kid != other.kid


def test_the_kid_is_the_thumbprint() -> None:
    """Computed the way RFC 8037, appendix A.3, shows it for its example key."""
    example = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    public = Ed25519PrivateKey.from_private_bytes(example).public_key()
    jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(public))
    assert jwk["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert thumbprint(public.public_bytes_raw()) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
