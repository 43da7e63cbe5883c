from tests.adapters.postgres.log_harness import OnPostgresWithLog
from tests.contracts.log import LogContract


class TestLog(OnPostgresWithLog, LogContract):
    pass
