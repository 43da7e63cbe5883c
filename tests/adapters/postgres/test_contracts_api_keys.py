from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.api_keys import ApiKeysContract


class TestApiKeys(OnPostgres, ApiKeysContract):
    pass
