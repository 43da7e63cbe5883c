from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.inbox import InboxContract


class TestInbox(OnPostgres, InboxContract):
    pass
