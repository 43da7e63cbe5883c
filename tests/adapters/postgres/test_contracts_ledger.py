from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.ledger import LedgerContract


class TestLedger(OnPostgres, LedgerContract):
    pass
