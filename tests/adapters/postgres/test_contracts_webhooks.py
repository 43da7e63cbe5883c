from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.webhooks import WebhooksContract


class TestWebhooks(OnPostgres, WebhooksContract):
    pass
