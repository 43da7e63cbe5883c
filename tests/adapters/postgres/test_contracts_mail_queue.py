from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.mail_queue import MailQueueContract


class TestMailQueue(OnPostgres, MailQueueContract):
    pass
