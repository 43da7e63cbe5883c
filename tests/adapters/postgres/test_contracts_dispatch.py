from tests.adapters.postgres.log_harness import OnPostgresWithLog
from tests.contracts.dispatch import DispatchContract


class TestDispatch(OnPostgresWithLog, DispatchContract):
    pass
