from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.passwords import PasswordsContract


class TestPasswords(OnPostgres, PasswordsContract):
    pass
