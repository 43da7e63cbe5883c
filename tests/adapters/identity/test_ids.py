import pytest

from infrastructure.ids.ids import RandomIds
from tests.contracts.identity import IdsContract


class TestRandomIds(IdsContract):
    @pytest.fixture
    def ids(self) -> RandomIds:
        return RandomIds()
