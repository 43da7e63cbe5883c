"""The simulated provider sits the exam of every payment provider, on both its storages."""

from tests.adapters.simulated.bench import OnMemory, OnPostgres
from tests.contracts.payment_providers import PaymentsContract, RefundsContract


class TestMemory(OnMemory, PaymentsContract, RefundsContract):
    pass


class TestPostgres(OnPostgres, PaymentsContract, RefundsContract):
    pass
