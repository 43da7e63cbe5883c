"""The key set: published for everybody, and good for checking a token without us."""

import uuid

import jwt

from application.ports.identity import Bearer
from shared.ids import SessionId, UserId
from tests.api.house import Client
from tests.contracts.world import TOKENS

PATH = "/.well-known/jwks.json"


async def test_strangers_can_verify_our_tokens_with_the_published_keys(stranger: Client) -> None:
    bearer = Bearer(user_id=UserId(uuid.uuid4()), session_id=SessionId(uuid.uuid4()))
    token = TOKENS.issue(bearer)
    published = await stranger.get(PATH, expect=200)
    kid = jwt.get_unverified_header(token)["kid"]
    key = jwt.PyJWKSet.from_dict(published.json())[kid]
    said = jwt.decode(token, key, algorithms=["EdDSA"], audience="holdfast", issuer="holdfast")
    assert said["sub"] == str(bearer.user_id)


async def test_the_key_set_may_be_cached_and_holds_no_private_half(stranger: Client) -> None:
    response = await stranger.get(PATH, expect=200)
    assert response.headers["content-type"] == "application/jwk-set+json"
    assert response.headers.get_list("cache-control") == ["public, max-age=300"]
    for key in response.json()["keys"]:
        assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg"}


async def test_it_is_there_for_reading_only(stranger: Client) -> None:
    head = await stranger.send("HEAD", PATH, expect=200)
    assert head.content == b""
    refused = await stranger.post(PATH, {}, expect=405)
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS"
