from tests.adapters.memory.test_log import OnMemoryWithLog
from tests.contracts.dispatch import DispatchContract


class TestDispatch(OnMemoryWithLog, DispatchContract):
    pass
