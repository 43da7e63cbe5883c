from tests.adapters.memory.harness import OnMemory
from tests.contracts.mail_queue import MailQueueContract


class TestMailQueue(OnMemory, MailQueueContract):
    pass
