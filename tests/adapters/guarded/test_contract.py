"""Behind its guard a provider keeps every promise of the port, also while answers are lost."""

import pytest

from application.ports.payments import Payments
from infrastructure.guarded.payments import GuardedPayments, Patience
from infrastructure.simulated.faults import Action, Fault, Faults, no_faults
from infrastructure.simulated.memory import MemoryStorage
from tests.adapters.simulated.bench import SimulatedBench
from tests.contracts.payment_providers import PaymentsContract, RefundsContract
from tests.contracts.watcher import Watcher

_PATIENCE = Patience(call=60.0, budget=600.0, first_pause=0.001, attempts=20, failures=1_000_000)
"""Of the breaker nothing is to be seen here."""


def guarded(payments: Payments | None) -> GuardedPayments:
    assert payments is not None
    return GuardedPayments(payments, patience=_PATIENCE, observer=Watcher())


class LosesEveryOther(Faults):
    """Of the first attempt of every two the answer is lost, or the call itself. Reports, which
    are asked for once, come."""

    def __init__(self) -> None:
        self._calls = 0

    def __call__(self, action: Action) -> Fault | None:
        if action is Action.LIST:
            return None
        self._calls += 1
        return (Fault.ANSWER_LOST, None, Fault.REQUEST_LOST, None)[self._calls % 4]


class GuardedBench(SimulatedBench):
    def __init__(self, faults: Faults = no_faults) -> None:
        super().__init__(MemoryStorage(), faults)
        self.payments, self.other_mode = guarded(self.payments), guarded(self.other_mode)


class TestGuarded(PaymentsContract, RefundsContract):
    @pytest.fixture
    def bench(self) -> GuardedBench:
        return GuardedBench()


class TestWhileAnswersAreLost(PaymentsContract, RefundsContract):
    @pytest.fixture
    def bench(self) -> GuardedBench:
        return GuardedBench(LosesEveryOther())
