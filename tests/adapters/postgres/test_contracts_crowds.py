from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.crowds import CrowdsContract


class TestCrowds(OnPostgres, CrowdsContract):
    pass
