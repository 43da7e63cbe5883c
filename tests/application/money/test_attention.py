"""What a person decides happens with the decision, once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from application.attention.list_attention import ListAttention
from application.attention.resolve_attention import ResolveAttention
from application.errors import RoleMissing
from application.views.attention import AttentionView
from domain.attention.attention import Attention, AttentionKind, AttentionState, Choice
from domain.attention.errors import AttentionNotFound, AttentionResolved
from domain.ledger.posting import Account, PostingKind
from domain.order.errors import OrderNotRefundable, RefundTooLarge
from domain.order.order import OrderState
from domain.order.refund import Refund, RefundState
from domain.organizer.errors import OrganizerNotFound
from domain.organizer.organizer import Role
from domain.ticket.ticket import TicketState
from shared.errors import FieldInvalid
from shared.ids import AttentionId, OrderId
from tests.application.money.house import PRICE, House
from tests.contracts.world import IDS, Caller, crowd, new_key, refusals

CHARGE, REFUND = PostingKind.CHARGE, PostingKind.REFUND


async def refunds(house: House, order_id: OrderId) -> list[Refund]:
    async with house.begin(house.system()) as work:
        return list(await work.refunds.of_order(order_id))


async def a_failed_refund(house: House) -> AttentionView:
    payment = await house.paid(2)
    house.bank.refusing = "account_closed"
    await house.refund(payment.order_id)
    house.bank.refusing = None
    (item,) = await house.items(AttentionState.OPEN)
    assert item.kind == "REFUND_FAILED"
    assert item.choices == ("RETRY", "DONE_BY_HAND", "DISMISS")
    return item


async def a_refund_by_hand(house: House) -> AttentionView:
    buyer = await house.user()
    order = await house.checkout(buyer, 2)
    payment = await house.pay(buyer, order.id, "offline")
    await house.confirm(order.id, payment.id)
    assert (await house.refund(order.id)).state == "PENDING"
    (item,) = await house.items(AttentionState.OPEN)
    assert item.kind == "REFUND_BY_HAND"
    return item


def order_of(item: AttentionView) -> OrderId:
    assert item.order_id is not None
    return item.order_id


async def test_retry_is_a_refund_of_its_own(house: House) -> None:
    item = await a_failed_refund(house)
    answer = await house.resolve(item.id, Choice.RETRY)
    assert (answer.state, answer.choice, answer.choices) == ("RESOLVED", "RETRY", ())
    await house.pass_time(timedelta(seconds=1))
    await house.run("finish_refunds")
    failed, again = await refunds(house, order_of(item))
    assert (failed.state, again.state) == (RefundState.FAILED, RefundState.SUCCEEDED)
    assert (again.retry_of, again.amount, again.ticket_ids) == (failed.id, failed.amount, ())
    assert list(house.bank.refunds) == [again.id]
    assert (await house.stored_order(order_of(item))).state is OrderState.REFUNDED
    assert await house.kinds(order_of(item)) == [CHARGE, REFUND]
    assert await house.balance(order_of(item)) == {}


async def test_a_retry_that_fails_too_asks_again(house: House) -> None:
    item = await a_failed_refund(house)
    house.bank.refusing = "account_closed"
    await house.resolve(item.id, Choice.RETRY)
    await house.pass_time(timedelta(seconds=1))
    await house.run("finish_refunds")
    (again,) = await house.items(AttentionState.OPEN)
    assert (again.kind, again.id != item.id) == ("REFUND_FAILED", True)


async def test_a_failed_refund_done_by_hand_is_in_the_books_and_not_at_the_provider(
    house: House,
) -> None:
    item = await a_failed_refund(house)
    await house.resolve(item.id, Choice.DONE_BY_HAND)
    failed, instead = await refunds(house, order_of(item))
    assert (failed.state, instead.state) == (RefundState.FAILED, RefundState.SUCCEEDED)
    assert instead.retry_of == failed.id and instead.due_at is None
    assert (await house.stored_order(order_of(item))).state is OrderState.REFUNDED
    assert await house.kinds(order_of(item)) == [CHARGE, REFUND]
    assert await house.balance(order_of(item)) == {}
    assert house.bank.refunds == {}
    await house.pass_time(timedelta(hours=1))
    await house.run("reconcile")
    assert (await house.reconciliation()).reports[0].discrepancies == ()


async def test_a_failed_refund_dismissed_stays_as_it_is(house: House) -> None:
    item = await a_failed_refund(house)
    await house.resolve(item.id, Choice.DISMISS)
    (failed,) = await refunds(house, order_of(item))
    assert failed.state is RefundState.FAILED
    assert await house.kinds(order_of(item)) == [CHARGE]
    assert all(each.state is TicketState.VOID for each in await house.tickets(order_of(item)))


async def test_an_offline_refund_ends_when_it_is_done_by_hand(house: House) -> None:
    item = await a_refund_by_hand(house)
    await house.resolve(item.id, Choice.DONE_BY_HAND)
    (refund,) = await refunds(house, order_of(item))
    assert (refund.state, refund.due_at) == (RefundState.SUCCEEDED, None)
    assert (await house.stored_order(order_of(item))).state is OrderState.REFUNDED
    assert await house.balance(order_of(item)) == {}


async def test_an_offline_refund_that_is_dismissed_does_not_wait_for_ever(house: House) -> None:
    item = await a_refund_by_hand(house)
    await house.resolve(item.id, Choice.DISMISS)
    (refund,) = await refunds(house, order_of(item))
    assert (refund.state, refund.failure) == (RefundState.FAILED, "dismissed")
    assert await house.items(AttentionState.OPEN) == ()
    assert await house.balance(order_of(item)) == {
        Account.PROVIDER: 2 * PRICE,
        Account.ORGANIZER: -2 * PRICE,
    }


@pytest.mark.parametrize("make", [a_failed_refund, a_refund_by_hand])
@pytest.mark.parametrize("choice", [Choice.RETRY, Choice.DONE_BY_HAND])
async def test_decided_by_many_at_once_it_happens_once(
    house: House, make: Callable[[House], Awaitable[AttentionView]], choice: Choice
) -> None:
    item = await make(house)
    if choice.value not in item.choices:
        choice = Choice.DISMISS
    outcomes = await crowd(house.resolve(item.id, choice) for _ in range(5))
    assert refusals(outcomes) == ["ATTENTION_RESOLVED"] * 4
    counted = [each for each in await refunds(house, order_of(item)) if each.counts]
    assert sum(each.amount.amount for each in counted) == (
        0 if choice is Choice.DISMISS else 2 * PRICE
    )


async def test_a_choice_whose_effect_is_refused_is_not_made(house: House) -> None:
    item = await a_failed_refund(house)
    await house.refund(order_of(item), PRICE)
    for choice in (Choice.RETRY, Choice.DONE_BY_HAND):
        with pytest.raises(RefundTooLarge):
            await house.resolve(item.id, choice)
    await house.refund(order_of(item), PRICE)
    with pytest.raises(OrderNotRefundable):
        await house.resolve(item.id, Choice.RETRY)
    (still,) = await house.items(AttentionState.OPEN)
    assert still.id == item.id
    await house.resolve(item.id, Choice.DISMISS)


async def stuck(house: House, kind: AttentionKind = AttentionKind.PAYMENT_STUCK) -> AttentionId:
    """An offline payment stands for one that nobody decides about."""
    buyer = await house.user()
    order = await house.checkout(buyer)
    payment = await house.pay(buyer, order.id, "offline")
    async with house.begin(house.system()) as work:
        now = await work.now()
        item = Attention.ask(
            id=AttentionId(IDS.uuid()),
            kind=kind,
            subject_id=payment.id,
            organizer_id=house.organizer_id,
            order_id=order.id,
            live=True,
            detail="It stands still.",
            at=now,
        )
        work.attention.add(item)
        await work.commit(None)
    return item.id


@pytest.mark.parametrize("kind", [AttentionKind.PAYMENT_STUCK, AttentionKind.PAYMENT_MISMATCH])
async def test_to_look_again_makes_the_payment_due(house: House, kind: AttentionKind) -> None:
    item_id = await stuck(house, kind)
    await house.resolve(item_id, Choice.LOOK_AGAIN)
    subject = await house.subject(item_id)
    async with house.begin(house.system()) as work:
        assert subject in await work.payments.due(limit=10)


@pytest.mark.parametrize("choice", [Choice.RETRY, Choice.DONE_BY_HAND])
async def test_only_its_own_choices_are_taken(house: House, choice: Choice) -> None:
    item_id = await stuck(house)
    with pytest.raises(FieldInvalid):
        await house.resolve(item_id, choice)


async def test_what_is_resolved_is_resolved(house: House) -> None:
    item_id = await stuck(house)
    await house.resolve(item_id, Choice.DISMISS)
    with pytest.raises(AttentionResolved):
        await house.resolve(item_id, Choice.DISMISS)
    async with house.begin(house.system()) as work:
        item = await work.attention.get(item_id)
    assert item and (item.note, item.resolved_by) == ("so be it", house.owner.user_id)


async def decide(house: House, item_id: AttentionId, caller: Caller) -> AttentionView:
    command = ResolveAttention(attention_id=item_id, choice=Choice.DISMISS, note=None)
    return await house.application.attention.resolve(command, caller.ctx(new_key()))


async def test_whose_matter_it_is(house: House) -> None:
    item_id = await stuck(house)
    stranger, scanner, finance = [await house.user() for _ in range(3)]
    await house.join(house.organizer_id, scanner, Role.SCANNER)
    await house.join(house.organizer_id, finance, Role.FINANCE)
    with pytest.raises(AttentionNotFound):
        await decide(house, item_id, stranger)
    with pytest.raises(RoleMissing):
        await decide(house, item_id, scanner)
    assert (await decide(house, item_id, finance)).state == "RESOLVED"


async def superuser(house: House) -> Caller:
    caller = await house.user()
    async with house.begin(house.system()) as work:
        user = await work.users.get(caller.user_id)
        assert user is not None
        work.users.save(user.grant_superuser(at=await work.now()))
        await work.commit(None)
    return caller


async def listed(
    house: House, caller: Caller, *, everybody: bool = False, size: int | None = None
) -> list[AttentionId]:
    found: list[AttentionId] = []
    token: str | None = None
    while True:
        query = ListAttention(
            organizer_id=None if everybody else house.organizer_id,
            state=None,
            page_size=size,
            page_token=token,
        )
        page = await house.application.attention.list(query, caller.ctx())
        found += [each.id for each in page.items]
        token = page.next_page_token
        if not token:
            return found


async def test_superusers_see_everybodys_and_decide(house: House) -> None:
    neighbour = House(house.harness, house.bank)
    await neighbour.open()
    items = [await stuck(house), await stuck(neighbour)]
    root = await superuser(house)
    assert await listed(house, root, everybody=True) == items
    assert await listed(house, root) == items[:1]
    assert await listed(house, house.owner) == items[:1]
    assert (await decide(house, items[1], root)).choice == "DISMISS"


async def test_others_must_say_whose_and_belong_there(house: House) -> None:
    with pytest.raises(FieldInvalid):
        await listed(house, house.owner, everybody=True)
    with pytest.raises(OrganizerNotFound):
        await listed(house, await house.user())


async def test_page_by_page(house: House) -> None:
    items = [await stuck(house) for _ in range(5)]
    assert await listed(house, house.owner, size=2) == items
