from tests.adapters.memory.harness import OnMemory
from tests.contracts.payments import PaymentsContract


class TestPayments(OnMemory, PaymentsContract):
    pass
