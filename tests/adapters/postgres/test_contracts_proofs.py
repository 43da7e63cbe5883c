from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.proofs import ProofsContract


class TestProofs(OnPostgres, ProofsContract):
    pass
