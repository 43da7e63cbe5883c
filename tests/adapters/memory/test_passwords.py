from tests.adapters.memory.harness import OnMemory
from tests.contracts.passwords import PasswordsContract


class TestPasswords(OnMemory, PasswordsContract):
    pass
