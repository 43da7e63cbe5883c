from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.organizers import OrganizersContract


class TestOrganizers(OnPostgres, OrganizersContract):
    pass
