from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.keys import KeysContract


class TestKeys(OnPostgres, KeysContract):
    pass
