from tests.adapters.postgres.harness import OnPostgres
from tests.contracts.invitations import InvitationsContract


class TestInvitations(OnPostgres, InvitationsContract):
    pass
