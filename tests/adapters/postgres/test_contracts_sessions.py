from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.sessions import SessionsContract


class TestSessions(OnPostgres, SessionsContract):
    pass
