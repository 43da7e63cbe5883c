"""Tokens, passwords, ids."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from application.errors import TokenExpired, TokenInvalid
from application.ports.identity import Ids, Passwords, Tokens
from domain.ticket.ticket import SHORTEST_CODE
from shared.ids import UserId
from tests.contracts.world import IDS


@dataclass(frozen=True, slots=True)
class TokensUnderTest:
    """`stranger` has another secret; `pass_time` takes seconds."""

    tokens: Tokens
    stranger: Tokens
    pass_time: Callable[[float], None]


class TokensContract:
    def test_a_token_tells_whose_it_is(self, under_test: TokensUnderTest) -> None:
        tokens, users = under_test.tokens, [UserId(IDS.uuid()) for _ in range(3)]
        issued = [tokens.issue(user_id) for user_id in users]
        for _ in range(2):
            assert [tokens.verify(token) for token in issued] == users

    def test_tokens_are_never_equal(self, under_test: TokensUnderTest) -> None:
        user_id = UserId(IDS.uuid())
        assert len({under_test.tokens.issue(user_id) for _ in range(10)}) == 10

    def test_a_token_lasts_as_long_as_promised(self, under_test: TokensUnderTest) -> None:
        tokens = under_test.tokens
        token, unseen = (tokens.issue(UserId(IDS.uuid())) for _ in range(2))
        tokens.verify(token)
        under_test.pass_time(tokens.ttl_seconds - 2)
        tokens.verify(token)
        under_test.pass_time(60)
        for expired in (token, unseen, token):
            with pytest.raises(TokenExpired):
                tokens.verify(expired)

    def test_a_token_of_somebody_else_is_refused(self, under_test: TokensUnderTest) -> None:
        with pytest.raises(TokenInvalid):
            under_test.tokens.verify(under_test.stranger.issue(UserId(IDS.uuid())))

    def test_a_changed_token_is_refused(self, under_test: TokensUnderTest) -> None:
        token = under_test.tokens.issue(UserId(IDS.uuid()))
        under_test.tokens.verify(token)
        for position in range(0, len(token) - 1, 7):
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
