from tests.contracts.brokers import BrokerContract
from tests.contracts.brokers_failing import FailingBrokerContract


class TestRedisStreams(BrokerContract):
    pass


class TestFailingRedisStreams(FailingBrokerContract):
    pass
