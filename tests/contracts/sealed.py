"""Sealed texts."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from itertools import combinations

import pytest

from application.ports.identity import Purpose, Seals

_LARGEST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class SealsUnderTest:
    """`rotated` has a new secret and knows that of `seals` too; `stranger` has another."""

    seals: Seals
    rotated: Seals
    stranger: Seals


class SealsContract:
    @pytest.mark.parametrize("purpose", Purpose)
    @pytest.mark.parametrize("number", [0, 1, 255, 256, _LARGEST])
    def test_a_text_names_what_was_sealed(
        self, under_test: SealsUnderTest, purpose: Purpose, number: int
    ) -> None:
        seals, id = under_test.seals, uuid.uuid4()
        text = seals.seal(purpose, id, number)
        assert seals.open(purpose, text) == (id, number)
        assert seals.seal(purpose, id, number) == text
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,128}", text)

    def test_different_things_have_different_texts(self, under_test: SealsUnderTest) -> None:
        ids = [uuid.uuid4() for _ in range(3)]
        texts = {
            under_test.seals.seal(purpose, id, number)
            for purpose in Purpose
            for id in ids
            for number in (0, 1, 2)
        }
        assert len(texts) == len(Purpose) * 9

    def test_a_text_is_good_for_its_purpose_only(self, under_test: SealsUnderTest) -> None:
        """Even when it is made to look like one for another."""
        seals, id = under_test.seals, uuid.uuid4()
        for one, other in combinations(Purpose, 2):
            for made, asked in ((one, other), (other, one)):
                text, model = seals.seal(made, id), seals.seal(asked, id)
                assert seals.open(asked, text) is None
                assert seals.open(asked, model[:4] + text[4:]) is None

    @pytest.mark.parametrize("number", [-1, _LARGEST + 1])
    def test_numbers_have_a_range(self, under_test: SealsUnderTest, number: int) -> None:
        with pytest.raises(OverflowError):
            under_test.seals.seal(Purpose.REFRESH, uuid.uuid4(), number)

    def test_a_changed_text_is_refused(self, under_test: SealsUnderTest) -> None:
        text = under_test.seals.seal(Purpose.REFRESH, uuid.uuid4(), 7)
        for position in range(len(text)):
            for letter in "AQgw_-=. \u0430":
                changed = text[:position] + letter + text[position + 1 :]
                found = under_test.seals.open(Purpose.REFRESH, changed)
                assert (found is None) == (changed != text)

    @pytest.mark.parametrize(
        "around",
        ["{}=", "{}==", "{}A", "{}\n", "\n{}", " {}", "{} ", "{}\0", "{}.", "{}{}", '"{}"'],
    )
    def test_there_is_one_spelling(self, under_test: SealsUnderTest, around: str) -> None:
        text = under_test.seals.seal(Purpose.INVITATION, uuid.uuid4())
        assert under_test.seals.open(Purpose.INVITATION, around.format(text, text)) is None
        for other in (text.upper(), text.lower(), text[:-1], text[1:], text[4:]):
            assert under_test.seals.open(Purpose.INVITATION, other) is None

    @pytest.mark.parametrize("text", ["", "x", "hfr_", "\0", "\ud800", "é" * 68, "x" * 10**6])
    def test_nonsense_is_refused(self, under_test: SealsUnderTest, text: str) -> None:
        for purpose in Purpose:
            assert under_test.seals.open(purpose, text) is None

    def test_a_text_of_somebody_else_is_refused(self, under_test: SealsUnderTest) -> None:
        text = under_test.stranger.seal(Purpose.RESET_PASSWORD, uuid.uuid4())
        assert under_test.seals.open(Purpose.RESET_PASSWORD, text) is None

    def test_a_change_of_the_secret_leaves_what_was_handed_out_good(
        self, under_test: SealsUnderTest
    ) -> None:
        before, after, id = under_test.seals, under_test.rotated, uuid.uuid4()
        text = before.seal(Purpose.REFRESH, id, 3)
        assert after.open(Purpose.REFRESH, text) == (id, 3)
        new = after.seal(Purpose.REFRESH, id, 3)
        assert new != text
        assert after.open(Purpose.REFRESH, new) == (id, 3)
        assert before.open(Purpose.REFRESH, new) is None

    def test_the_digest_is_sha_256(self, under_test: SealsUnderTest) -> None:
        for text in ("", "hfr_x", "ü"):
            assert under_test.seals.digest(text) == hashlib.sha256(text.encode()).digest()
        assert len(under_test.seals.digest("\ud800")) == 32
