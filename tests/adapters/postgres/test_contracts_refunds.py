from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.refunds import RefundsContract


class TestRefunds(OnPostgres, RefundsContract):
    pass
