from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.accounts import AccountsContract


class TestAccounts(OnPostgres, AccountsContract):
    pass
