from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.units import UnitOfWorkContract


class TestUnitOfWork(OnPostgres, UnitOfWorkContract):
    pass
