from tests.adapters.memory.harness import OnMemory
from tests.contracts.inbox import InboxContract


class TestInbox(OnMemory, InboxContract):
    pass
