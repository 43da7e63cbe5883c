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
from shared.ids import UserId
from tests.contracts.identity import TokensContract, TokensUnderTest
from tests.contracts.world import IDS

SECRET = "one secret of the tests, long enough"
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
            JwtTokens(SECRET, clock=clock),
            JwtTokens("another secret of the tests, long", clock=clock),
            clock.advance,
        )


def claims(**changes: object) -> dict[str, object]:
    """Those of a valid token, changed; None leaves one out."""
    valid: dict[str, object] = {
        "iss": "holdfast",
        "aud": "holdfast",
        "sub": str(IDS.uuid()),
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
    return JwtTokens(SECRET, clock=clock, ttl_seconds=600, leeway_seconds=5)


def test_what_a_token_says(tokens: JwtTokens) -> None:
    user_id = UserId(IDS.uuid())
    token = tokens.issue(user_id)
    assert jwt.get_unverified_header(token) == {
        "alg": "EdDSA",
        "typ": "at+jwt",
        "kid": signing_key(SECRET).kid,
    }
    body = jwt.decode(token, options={"verify_signature": False})
    assert body.pop("jti")
    assert body == {
        "iss": "holdfast",
        "aud": "holdfast",
        "sub": str(user_id),
        "iat": NOW,
        "exp": NOW + 600,
    }


def test_a_token_made_by_hand_is_as_good(tokens: JwtTokens) -> None:
    """So that the refusals below are about what each of them changes."""
    tokens.verify(signed(claims()))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "exp", "iat", "jti"])
def test_every_claim_is_required(tokens: JwtTokens, name: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.verify(signed(claims(**{name: None})))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": "somebody"},
        {"sub": "not a uuid"},
        {"exp": "soon"},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"iat": NOW + 60},
    ],
)
def test_a_wrong_claim_is_refused(tokens: JwtTokens, changes: Mapping[str, object]) -> None:
    with pytest.raises(TokenInvalid):
        tokens.verify(signed(claims(**changes)))


def test_another_kind_of_token_is_refused(tokens: JwtTokens) -> None:
    for other in (signed(claims(), typ="JWT"), signed(claims(), kid="other")):
        with pytest.raises(TokenInvalid):
            tokens.verify(other)


def test_other_algorithms_are_refused(tokens: JwtTokens) -> None:
    """Unsigned, and signed with the public key as if it were a shared secret."""
    key = signing_key(SECRET)
    headers = {"typ": "at+jwt", "kid": key.kid}
    unsigned = jwt.encode(claims(), "", algorithm="none", headers=headers)
    secret = key.public.public_bytes_raw()
    confused = jwt.encode(claims(), secret, algorithm="HS256", headers=headers)
    for token in (unsigned, confused):
        with pytest.raises(TokenInvalid):
            tokens.verify(token)


def test_clocks_may_differ_a_little(tokens: JwtTokens, clock: Clock) -> None:
    token = tokens.issue(UserId(IDS.uuid()))
    clock.advance(-4)
    tokens.verify(token)
    clock.advance(4 + 604)
    tokens.verify(token)
    clock.advance(1)
    with pytest.raises(TokenExpired):
        tokens.verify(token)


def test_a_signature_is_checked_once(tokens: JwtTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.issue(user_id := UserId(IDS.uuid()))
    tokens.verify(token)
    monkeypatch.setattr(jwt, "decode_complete", None)
    assert tokens.verify(token) == user_id
    with pytest.raises(TypeError):
        tokens.verify(tokens.issue(user_id))


def test_only_so_many_are_remembered(clock: Clock) -> None:
    tokens = JwtTokens(SECRET, clock=clock, remembered=3)
    for _ in range(5):
        tokens.verify(tokens.issue(UserId(IDS.uuid())))
    assert len(tokens._verified) == 3


def test_expired_tokens_are_forgotten(tokens: JwtTokens, clock: Clock) -> None:
    token = tokens.issue(UserId(IDS.uuid()))
    tokens.verify(token)
    clock.advance(700)
    with pytest.raises(TokenExpired):
        tokens.verify(token)
    assert not tokens._verified


def test_the_clock_is_that_of_the_world_by_default() -> None:
    tokens = JwtTokens(SECRET)
    body = jwt.decode(tokens.issue(UserId(IDS.uuid())), options={"verify_signature": False})
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
