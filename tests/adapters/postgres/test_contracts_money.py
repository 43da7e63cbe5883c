from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.money import MoneyContract


class TestMoney(OnPostgres, MoneyContract):
    pass
