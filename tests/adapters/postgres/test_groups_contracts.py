"""Every contract of the adapter once more, with units of work that are committed in groups."""

from tests.adapters.postgres.harness import InGroups
from tests.contracts.accounts import AccountsContract
from tests.contracts.api_keys import ApiKeysContract
from tests.contracts.catalogue import CatalogueContract
from tests.contracts.crowds import CrowdsContract
from tests.contracts.guests import GuestsContract
from tests.contracts.hoarding import HoardingContract
from tests.contracts.inbox import InboxContract
from tests.contracts.invitations import InvitationsContract
from tests.contracts.keys import KeysContract
from tests.contracts.ledger import LedgerContract
from tests.contracts.limits import LimitsContract
from tests.contracts.mail_queue import MailQueueContract
from tests.contracts.organizers import OrganizersContract
from tests.contracts.passwords import PasswordsContract
from tests.contracts.payments import PaymentsContract
from tests.contracts.proofs import ProofsContract
from tests.contracts.replays import ReplaysContract
from tests.contracts.sales import SalesContract
from tests.contracts.sessions import SessionsContract
from tests.contracts.units import UnitOfWorkContract


class TestAccounts(InGroups, AccountsContract):
    pass


class TestApiKeys(InGroups, ApiKeysContract):
    pass


class TestCatalogue(InGroups, CatalogueContract):
    pass


class TestCrowds(InGroups, CrowdsContract):
    pass


class TestGuests(InGroups, GuestsContract):
    pass


class TestHoarding(InGroups, HoardingContract):
    pass


class TestInbox(InGroups, InboxContract):
    pass


class TestInvitations(InGroups, InvitationsContract):
    pass


class TestKeys(InGroups, KeysContract):
    pass


class TestLedger(InGroups, LedgerContract):
    pass


class TestLimits(InGroups, LimitsContract):
    pass


class TestMailQueue(InGroups, MailQueueContract):
    pass


class TestOrganizers(InGroups, OrganizersContract):
    pass


class TestPasswords(InGroups, PasswordsContract):
    pass


class TestPayments(InGroups, PaymentsContract):
    pass


class TestProofs(InGroups, ProofsContract):
    pass


class TestReplays(InGroups, ReplaysContract):
    pass


class TestSales(InGroups, SalesContract):
    pass


class TestSessions(InGroups, SessionsContract):
    pass


class TestUnitOfWork(InGroups, UnitOfWorkContract):
    pass
