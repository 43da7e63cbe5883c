"""The other contracts once more, with units of work that may be committed in groups."""

from tests.adapters.postgres.harness import InGroups
from tests.contracts.accounts import AccountsContract
from tests.contracts.api_keys import ApiKeysContract
from tests.contracts.catalogue import CatalogueContract
from tests.contracts.guests import GuestsContract
from tests.contracts.invitations import InvitationsContract
from tests.contracts.mail_queue import MailQueueContract
from tests.contracts.organizers import OrganizersContract
from tests.contracts.passwords import PasswordsContract
from tests.contracts.proofs import ProofsContract
from tests.contracts.sessions import SessionsContract


class TestAccounts(InGroups, AccountsContract):
    pass


class TestApiKeys(InGroups, ApiKeysContract):
    pass


class TestCatalogue(InGroups, CatalogueContract):
    pass


class TestGuests(InGroups, GuestsContract):
    pass


class TestInvitations(InGroups, InvitationsContract):
    pass


class TestMailQueue(InGroups, MailQueueContract):
    pass


class TestOrganizers(InGroups, OrganizersContract):
    pass


class TestPasswords(InGroups, PasswordsContract):
    pass


class TestProofs(InGroups, ProofsContract):
    pass


class TestSessions(InGroups, SessionsContract):
    pass
