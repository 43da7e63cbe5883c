from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.limits import LimitsContract


class TestLimits(OnPostgres, LimitsContract):
    pass
