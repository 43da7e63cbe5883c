from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.catalogue import CatalogueContract


class TestCatalogue(OnPostgres, CatalogueContract):
    pass
