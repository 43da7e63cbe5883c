"""WeChat Pay passes the exam of payment providers."""

from tests.contracts.payment_providers import PaymentsContract, RefundsContract


class TestPayments(PaymentsContract):
    pass


class TestRefunds(RefundsContract):
    pass
