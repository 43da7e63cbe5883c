"""Tokens, passwords, ids."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from application.errors import TokenExpired, TokenInvalid
from application.ports.identity import Bearer, Ids, Passwords, Tokens
from domain.ticket.ticket import SHORTEST_CODE
from shared.ids import SessionId, UserId
from tests.contracts.world import IDS


@dataclass(frozen=True, slots=True)
class TokensUnderTest:
    """`stranger` has another secret, `rotated` too but knows that of `tokens` as the one before;
    `pass_time` takes seconds."""

    tokens: Tokens
    rotated: Tokens
    stranger: Tokens
    pass_time: Callable[[float], None]


def user() -> Bearer:
    return Bearer(user_id=UserId(IDS.uuid()), session_id=SessionId(IDS.uuid()))


def guest() -> Bearer:
    return Bearer(user_id=UserId(IDS.uuid()), session_id=None)


class TokensContract:
    def test_a_token_tells_whose_it_is(self, under_test: TokensUnderTest) -> None:
        tokens, bearers = under_test.tokens, [user(), guest(), user(), guest()]
        issued = [tokens.issue(bearer) for bearer in bearers]
        for _ in range(2):
            assert [tokens.verify(token) for token in issued] == bearers

    def test_tokens_are_never_equal(self, under_test: TokensUnderTest) -> None:
        bearer = user()
        assert len({under_test.tokens.issue(bearer) for _ in range(10)}) == 10

    @pytest.mark.parametrize("make", [user, guest])
    def test_a_token_lasts_as_long_as_promised(
        self, under_test: TokensUnderTest, make: Callable[[], Bearer]
    ) -> None:
        tokens, bearer = under_test.tokens, make()
        token, unseen = (tokens.issue(bearer) for _ in range(2))
        tokens.verify(token)
        under_test.pass_time(tokens.ttl_seconds(bearer) - 2)
        tokens.verify(token)
        under_test.pass_time(60)
        for expired in (token, unseen, token):
            with pytest.raises(TokenExpired):
                tokens.verify(expired)

    def test_a_token_of_somebody_else_is_refused(self, under_test: TokensUnderTest) -> None:
        with pytest.raises(TokenInvalid):
            under_test.tokens.verify(under_test.stranger.issue(user()))

    def test_a_change_of_the_secret_leaves_tokens_good(self, under_test: TokensUnderTest) -> None:
        before, after, bearer = under_test.tokens, under_test.rotated, user()
        assert after.verify(before.issue(bearer)) == bearer
        new = after.issue(bearer)
        assert after.verify(new) == bearer
        with pytest.raises(TokenInvalid):
            before.verify(new)

    def test_the_key_set_names_every_key_that_is_accepted(
        self, under_test: TokensUnderTest
    ) -> None:
        def kids(tokens: Tokens) -> list[str]:
            keys = tokens.jwks()["keys"]
            assert isinstance(keys, list)
            return [key["kid"] for key in keys]

        assert len(kids(under_test.tokens)) == 1
        newest, *older = kids(under_test.rotated)
        assert older == kids(under_test.tokens) != [newest]
        assert not set(kids(under_test.stranger)) & {newest, *older}

    def test_a_changed_token_is_refused(self, under_test: TokensUnderTest) -> None:
        token = under_test.tokens.issue(user())
        under_test.tokens.verify(token)
        for position in range(len(token)):
            other = "A" if token[position] != "A" else "B"
            changed = token[:position] + other + token[position + 1 :]
            with pytest.raises(TokenInvalid):
                under_test.tokens.verify(changed)

    @pytest.mark.parametrize(
        "token", ["", "x", "a.b.c", "a.b", "\0", "é.ü.ß", "\ud800", "x" * 10**6]
    )
    def test_nonsense_is_refused(self, under_test: TokensUnderTest, token: str) -> None:
        with pytest.raises(TokenInvalid):
            under_test.tokens.verify(token)


class PasswordsContract:
    async def test_a_password_fits_its_hash(self, passwords: Passwords) -> None:
        for password in ("correct horse", "pässwörd 🐎", " spaces ", "x" * 128):
            stored = await passwords.hash(password)
            assert await passwords.verify(password, stored)
            assert password not in stored

    async def test_another_password_does_not(self, passwords: Passwords) -> None:
        stored = await passwords.hash("correct horse")
        for other in ("correct horsE", "correct horse ", "", "x" * 1000):
            assert not await passwords.verify(other, stored)

    async def test_equal_passwords_have_other_hashes(self, passwords: Passwords) -> None:
        assert await passwords.hash("correct horse") != await passwords.hash("correct horse")

    async def test_nobody_has_no_password(self, passwords: Passwords) -> None:
        assert not await passwords.verify("correct horse", None)

    async def test_a_broken_hash_fits_nothing(self, passwords: Passwords) -> None:
        assert not await passwords.verify("correct horse", "not a hash")

    async def test_others_run_meanwhile(self, passwords: Passwords) -> None:
        """The event loop goes on turning while passwords are hashed."""
        work = asyncio.gather(*(passwords.hash(f"password {n}") for n in range(8)))
        turns = 0
        while not work.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 1
        assert len(set(await work)) == 8


class IdsContract:
    def test_ids_sort_by_time(self, ids: Ids) -> None:
        made = [ids.uuid() for _ in range(10_000)]
        assert made == sorted(made)
        assert len(set(made)) == 10_000
        assert {id.version for id in made} == {7}

    def test_order_numbers_can_be_read_aloud(self, ids: Ids) -> None:
        made = {ids.order_number() for _ in range(10_000)}
        assert len(made) == 10_000
        alphabet = "[0-9A-HJKMNP-TV-Z]"  # without I, L, O and U
        shape = re.compile(f"HF-{alphabet}{{4}}-{alphabet}{{4}}-{alphabet}{{2}}")
        assert all(shape.fullmatch(number) for number in made)
        for position in (3, 4, 5, 6, 8, 9, 10, 11, 13, 14):  # each is one of 32: 50 bits
            assert len({number[position] for number in made}) == 32

    def test_ticket_codes_are_unguessable(self, ids: Ids) -> None:
        made = {ids.ticket_code() for _ in range(10_000)}
        assert len(made) == 10_000
        assert all(re.fullmatch(r"[A-Za-z0-9_-]+", code) for code in made)
        assert min(map(len, made)) >= SHORTEST_CODE
        for position in range(SHORTEST_CODE):
            assert len({code[position] for code in made}) == 64

    @pytest.mark.parametrize("live", [True, False])
    def test_api_keys_are_unguessable(self, ids: Ids, live: bool) -> None:
        prefix = "hf_live_" if live else "hf_test_"
        made = {ids.api_key(live=live) for _ in range(10_000)}
        assert len(made) == 10_000
        assert all(re.fullmatch(f"{prefix}[A-Za-z0-9]{{33,64}}", key) for key in made)
        for position in range(len(prefix), len(prefix) + 33):  # each is one of 62: 196 bits
            assert len({key[position] for key in made}) == 62
