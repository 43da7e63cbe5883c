"""The money desk on PostgreSQL: row policies, claims of keys, and rivals as they really are."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.order.order import OrderState
from domain.stock import LimitReached
from infrastructure.postgres.audit import audit
from infrastructure.postgres.database import Database
from infrastructure.postgres.group.together import Together
from shared.ids import HoldId
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.application.money.bank import Bank
from tests.application.money.house import House
from tests.application.money.test_attention import (
    test_a_choice_whose_effect_is_refused_is_not_made,
    test_a_failed_refund_done_by_hand_is_in_the_books_and_not_at_the_provider,
    test_an_offline_refund_ends_when_it_is_done_by_hand,
    test_decided_by_many_at_once_it_happens_once,
    test_page_by_page,
    test_retry_is_a_refund_of_its_own,
    test_superusers_see_everybodys_and_decide,
    test_to_look_again_makes_the_payment_due,
    test_whose_matter_it_is,
)
from tests.application.money.test_disputes import (
    test_a_lost_dispute_is_the_organizers_loss_and_the_tickets_stay_flagged,
    test_a_refund_notices_a_dispute_of_the_same_moment,
    test_two_looks_at_once_note_one_dispute,
    test_undecided_disputes_are_followed_without_being_told,
)
from tests.application.money.test_offline import (
    test_an_offline_payment_that_lapses_gives_everything_back,
    test_an_open_payment_of_an_expired_order,
    test_confirmed_by_many_at_once,
    test_confirmed_in_time,
    test_confirmed_late_by_many_at_once,
    test_confirmed_while_it_ends,
    test_it_waits_for_as_long_as_the_event_says,
    test_late_money_takes_the_stock_again,
    test_late_money_without_stock_is_told_so,
    test_said_twice_it_is_the_same,
    test_whose_payment_it_is,
)
from tests.application.money.test_reconcile import (
    test_a_dispute_nobody_told_us_of_is_looked_at,
    test_balances_and_totals_are_the_organizers,
    test_each_organizer_hears_of_its_own,
    test_several_processes_make_one_report_an_hour,
    test_the_provider_keeps_its_fee_at_the_organizers_expense_once,
)
from tests.contracts.world import new_key

__all__ = [
    "test_a_choice_whose_effect_is_refused_is_not_made",
    "test_a_dispute_nobody_told_us_of_is_looked_at",
    "test_a_failed_refund_done_by_hand_is_in_the_books_and_not_at_the_provider",
    "test_a_lost_dispute_is_the_organizers_loss_and_the_tickets_stay_flagged",
    "test_a_refund_notices_a_dispute_of_the_same_moment",
    "test_an_offline_payment_that_lapses_gives_everything_back",
    "test_an_offline_refund_ends_when_it_is_done_by_hand",
    "test_an_open_payment_of_an_expired_order",
    "test_balances_and_totals_are_the_organizers",
    "test_confirmed_by_many_at_once",
    "test_confirmed_in_time",
    "test_confirmed_late_by_many_at_once",
    "test_confirmed_while_it_ends",
    "test_decided_by_many_at_once_it_happens_once",
    "test_each_organizer_hears_of_its_own",
    "test_it_waits_for_as_long_as_the_event_says",
    "test_late_money_takes_the_stock_again",
    "test_late_money_without_stock_is_told_so",
    "test_page_by_page",
    "test_retry_is_a_refund_of_its_own",
    "test_said_twice_it_is_the_same",
    "test_several_processes_make_one_report_an_hour",
    "test_superusers_see_everybodys_and_decide",
    "test_the_provider_keeps_its_fee_at_the_organizers_expense_once",
    "test_to_look_again_makes_the_payment_due",
    "test_two_looks_at_once_note_one_dispute",
    "test_undecided_disputes_are_followed_without_being_told",
    "test_whose_matter_it_is",
    "test_whose_payment_it_is",
]


@pytest.fixture
async def house(
    contract_database: Database, contract_shared: Database, contract_owner: Owner
) -> AsyncIterator[House]:
    """What is audited when the test is over."""
    together = Together(contract_shared)
    harness = PostgresHarness(contract_database, contract_owner, together=together)
    await harness.empty()
    house = House(harness, Bank(lambda: datetime.now(UTC)))
    yield await house.open()
    async with contract_owner.connection() as connection:
        found = [str(each) for each in await audit(connection)]
    await together.close()
    assert found == []


@pytest.mark.parametrize("days", [1, 20])
async def test_what_waits_for_a_transfer_counts_for_its_buyer(
    contract_database: Database, contract_shared: Database, contract_owner: Owner, days: int
) -> None:
    """However long ago its hold was made, in a group and alone."""
    together = Together(contract_shared)
    for harness in (
        PostgresHarness(contract_database, contract_owner, together=together),
        PostgresHarness(contract_database, contract_owner),
    ):
        await harness.empty()
        house = House(harness, Bank(lambda: datetime.now(UTC)))
        await house.open(hours=60 * 24, max_per_buyer=3)
        buyer = await house.user()
        order = await house.checkout(buyer, 2)
        await house.pay(buyer, order.id, "offline")
        await house.pass_time(timedelta(days=days))
        await contract_owner.fetch(_OLDER_ID, HoldId(order.hold_id), timedelta(days=days))
        with pytest.raises(LimitReached) as refused:
            await house.hold(buyer, house.sale_of, {"Standing": 2})
        assert refused.value.metadata["limit"] == "max_per_buyer"
        await house.hold(buyer, house.sale_of, {"Standing": 1}, new_key())
        assert (await house.stored_order(order.id)).state is OrderState.PENDING_PAYMENT
    await together.close()


# As if it had been made that long ago: with an id of that day.
_OLDER_ID = """
    WITH made AS (
        SELECT (left(holdfast_uuid7_floor(statement_timestamp() - $2::interval)::text, 23)
                || right($1::uuid::text, 13))::uuid AS id
    ), moved AS (
        UPDATE holds SET id = made.id FROM made WHERE holds.id = $1 RETURNING holds.id
    )
    UPDATE orders SET hold_id = made.id FROM made WHERE orders.hold_id = $1
"""
