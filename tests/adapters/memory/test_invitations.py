from tests.adapters.memory.harness import OnMemory
from tests.contracts.invitations import InvitationsContract


class TestInvitations(OnMemory, InvitationsContract):
    pass
