from tests.adapters.memory.harness import OnMemory
from tests.contracts.ledger import LedgerContract


class TestLedger(OnMemory, LedgerContract):
    pass
