from tests.adapters.memory.harness import OnMemory
from tests.contracts.accounts import AccountsContract


class TestAccounts(OnMemory, AccountsContract):
    pass
