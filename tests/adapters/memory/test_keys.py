from tests.adapters.memory.harness import OnMemory
from tests.contracts.keys import KeysContract


class TestKeys(OnMemory, KeysContract):
    pass
