from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.payments import PaymentsContract


class TestPayments(OnPostgres, PaymentsContract):
    pass
