from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.guests import GuestsContract


class TestGuests(OnPostgres, GuestsContract):
    pass
