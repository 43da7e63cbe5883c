"""The contracts of a sale once more, with units of work that are committed in groups."""

from tests.adapters.postgres.harness import InGroups
from tests.contracts.crowds import CrowdsContract
from tests.contracts.hoarding import HoardingContract
from tests.contracts.inbox import InboxContract
from tests.contracts.keys import KeysContract
from tests.contracts.ledger import LedgerContract
from tests.contracts.limits import LimitsContract
from tests.contracts.money import MoneyContract
from tests.contracts.payments import PaymentsContract
from tests.contracts.refunds import RefundsContract
from tests.contracts.replays import ReplaysContract
from tests.contracts.sales import SalesContract
from tests.contracts.units import UnitOfWorkContract


class TestCrowds(InGroups, CrowdsContract):
    pass


class TestHoarding(InGroups, HoardingContract):
    pass


class TestInbox(InGroups, InboxContract):
    pass


class TestKeys(InGroups, KeysContract):
    pass


class TestLedger(InGroups, LedgerContract):
    pass


class TestLimits(InGroups, LimitsContract):
    pass


class TestMoney(InGroups, MoneyContract):
    pass


class TestPayments(InGroups, PaymentsContract):
    pass


class TestRefunds(InGroups, RefundsContract):
    pass


class TestReplays(InGroups, ReplaysContract):
    pass


class TestSales(InGroups, SalesContract):
    pass


class TestUnitOfWork(InGroups, UnitOfWorkContract):
    pass
