from tests.adapters.memory.harness import OnMemory
from tests.contracts.replays import ReplaysContract


class TestReplays(OnMemory, ReplaysContract):
    pass
