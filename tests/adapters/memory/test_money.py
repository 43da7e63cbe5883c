from tests.adapters.memory.harness import OnMemory
from tests.contracts.money import MoneyContract


class TestMoney(OnMemory, MoneyContract):
    pass
