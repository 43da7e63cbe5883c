from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.hoarding import HoardingContract


class TestHoarding(OnPostgres, HoardingContract):
    pass
