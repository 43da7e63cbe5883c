import pytest

from infrastructure.memory.user_cards import MemoryUserCards
from tests.contracts.user_cards import CardsUnderTest, UserCardsContract


class OnMemory(CardsUnderTest):
    def __init__(self) -> None:
        self.now = 1e6
        self.cards = MemoryUserCards(lambda: self.now)

    async def pass_time(self, seconds: float) -> None:
        self.now += seconds


class TestMemoryUserCards(UserCardsContract):
    @pytest.fixture
    def under_test(self) -> OnMemory:
        return OnMemory()
