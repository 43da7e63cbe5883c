from tests.adapters.memory.harness import OnMemory
from tests.contracts.webhooks import WebhooksContract


class TestWebhooks(OnMemory, WebhooksContract):
    pass
