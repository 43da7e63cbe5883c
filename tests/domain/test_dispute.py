"""Disputes, and what they do to the accounts."""

import pytest

from domain.ledger import disputes as booking
from domain.ledger.posting import Account
from domain.order.dispute import Dispute, DisputeState, disputed_amount
from domain.order.facts import DisputeLost, DisputeOpened, DisputeWon
from shared.ids import DisputeId, OrderId, PaymentId
from shared.money import Money
from tests.domain.builders import AT, SECOND, uid


def dispute(amount: int = 500) -> Dispute:
    return Dispute.open(
        id=DisputeId(uid("dispute")),
        payment_id=PaymentId(uid("payment")),
        order_id=OrderId(uid("order")),
        reference="claim-1",
        amount=Money(amount, "EUR"),
        reason="fraudulent",
        at=AT,
    )


def test_it_is_opened() -> None:
    opened = dispute()
    assert (opened.state, opened.version) == (DisputeState.OPEN, 1)
    (fact,) = opened.facts
    assert isinstance(fact, DisputeOpened) and fact.aggregate_id == opened.order_id


def test_it_is_won_or_lost_once() -> None:
    won, lost = dispute().win(at=AT + SECOND), dispute().lose(at=AT + SECOND)
    assert (won.state, lost.state) == (DisputeState.WON, DisputeState.LOST)
    assert isinstance(won.facts[-1], DisputeWon) and isinstance(lost.facts[-1], DisputeLost)
    for ended in (won, lost):
        assert ended.updated_at == AT + SECOND
        with pytest.raises(RuntimeError):
            ended.win(at=AT)
        with pytest.raises(RuntimeError):
            ended.lose(at=AT)


def test_what_is_won_may_be_refunded_again() -> None:
    open_, won, lost = dispute(1), dispute(20).win(at=AT), dispute(300).lose(at=AT)
    assert disputed_amount([]) == 0
    assert disputed_amount([open_, won, lost]) == 301


@pytest.mark.parametrize(
    "entries",
    [booking.withdrawn(5), booking.won(5), booking.lost(5), booking.provider_fee(5)],
)
def test_entries_sum_to_zero(entries: dict[Account, int]) -> None:
    assert sum(entries.values()) == 0 and sorted(entries.values()) == [-5, 5]


def test_won_undoes_what_was_withdrawn() -> None:
    withdrawn, won = booking.withdrawn(5), booking.won(5)
    assert {account: -amount for account, amount in withdrawn.items()} == won
    assert withdrawn[Account.PROVIDER] < 0 < withdrawn[Account.DISPUTED]


def test_what_is_lost_is_the_organizers_loss_and_nobody_holds_it() -> None:
    assert booking.lost(5) == {Account.ORGANIZER: 5, Account.DISPUTED: -5}
