from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.sales import SalesContract


class TestSales(OnPostgres, SalesContract):
    pass
