from tests.contracts.brokers import BrokerContract
from tests.contracts.brokers_failing import FailingBrokerContract


class TestKafka(BrokerContract):
    pass


class TestFailingKafka(FailingBrokerContract):
    pass
