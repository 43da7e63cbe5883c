from tests.contracts.brokers import BrokerContract
from tests.contracts.brokers_failing import FailingBrokerContract


class TestRabbitMq(BrokerContract):
    pass


class TestFailingRabbitMq(FailingBrokerContract):
    pass
