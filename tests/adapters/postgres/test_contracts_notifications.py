from tests.adapters.postgres.log_harness import OnPostgresWithLog
from tests.contracts.notifications import NotificationsContract


class TestNotifications(OnPostgresWithLog, NotificationsContract):
    pass
