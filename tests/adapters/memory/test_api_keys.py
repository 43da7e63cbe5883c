from tests.adapters.memory.harness import OnMemory
from tests.contracts.api_keys import ApiKeysContract


class TestApiKeys(OnMemory, ApiKeysContract):
    pass
