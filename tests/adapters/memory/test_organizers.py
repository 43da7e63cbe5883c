from tests.adapters.memory.harness import OnMemory
from tests.contracts.organizers import OrganizersContract


class TestOrganizers(OnMemory, OrganizersContract):
    pass
