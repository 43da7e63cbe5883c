from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.replays import ReplaysContract


class TestReplays(OnPostgres, ReplaysContract):
    pass
