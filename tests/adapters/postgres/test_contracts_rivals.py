from tests.adapters.postgres.harness import InGroups, OnPostgres
from tests.contracts.rivals import RivalsContract


class TestRivals(OnPostgres, RivalsContract):
    pass


class TestRivalsInGroups(InGroups, RivalsContract):
    pass
