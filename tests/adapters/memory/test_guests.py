from tests.adapters.memory.harness import OnMemory
from tests.contracts.guests import GuestsContract


class TestGuests(OnMemory, GuestsContract):
    pass
