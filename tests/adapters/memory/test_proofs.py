from tests.adapters.memory.harness import OnMemory
from tests.contracts.proofs import ProofsContract


class TestProofs(OnMemory, ProofsContract):
    pass
