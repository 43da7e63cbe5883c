from tests.adapters.memory.harness import OnMemory
from tests.contracts.sessions import SessionsContract


class TestSessions(OnMemory, SessionsContract):
    pass
