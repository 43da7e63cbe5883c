import uuid

import pytest

from application.ports.identity import Purpose
from infrastructure.sealed.seals import PREFIXES, HmacSeals
from tests.contracts.sealed import SealsContract, SealsUnderTest

SECRET = "one secret of the tests, long enough"
NEXT = "the secret that comes after it, long as well"
ID = uuid.UUID("01936b2a-7c00-7a10-8000-000000000001")
EXPECTED = "hfr_AZNrKnwAehCAAAAAAAAAAQAAAAf2uSMT4jmVGQCpCwWD_9hQZzdFBgxEaFnsvzFV"


class TestHmacSeals(SealsContract):
    @pytest.fixture
    def under_test(self) -> SealsUnderTest:
        return SealsUnderTest(
            HmacSeals([SECRET]),
            HmacSeals([NEXT, SECRET]),
            HmacSeals(["another secret of the tests, long"]),
        )


def test_every_purpose_has_a_prefix_of_its_own() -> None:
    assert PREFIXES.keys() == set(Purpose)
    assert len({*PREFIXES.values()}) == len(PREFIXES)
    for purpose, prefix in PREFIXES.items():
        assert HmacSeals([SECRET]).seal(purpose, ID).startswith(prefix)


def test_texts_stay_the_same_from_release_to_release() -> None:
    """Whoever holds one would have to log in again, or would have a dead link, otherwise."""
    assert HmacSeals([SECRET]).seal(Purpose.REFRESH, ID, 7) == EXPECTED


@pytest.mark.parametrize("secrets", [[], [SECRET, SECRET], [SECRET, NEXT, "a third"], SECRET])
def test_secrets_are_one_or_two(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="one secret, or 2 different ones"):
        HmacSeals(secrets)
