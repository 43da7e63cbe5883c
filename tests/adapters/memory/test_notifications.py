from tests.adapters.memory.test_log import OnMemoryWithLog
from tests.contracts.notifications import NotificationsContract


class TestNotifications(OnMemoryWithLog, NotificationsContract):
    pass
