"""What a machine should not decide alone: contradictions, refused calls, and endless waiting."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from application.errors import PaymentProviderUnknown
from application.order.pay_order import PayOrder
from application.payment.providers import Providers
from application.ports.payments import Asked, CallRefused, Charge, OutcomeUnknown, Payments
from domain.attention.attention import Attention, AttentionKind
from domain.order.order import OrderState
from domain.order.payment import Observation, PaymentState
from infrastructure.simulated.faults import Action, Fault, FaultPlan
from shared.ids import OrderId, PaymentId
from shared.money import Money
from tests.application.payment.audit import audit
from tests.application.payment.dying import Life, MortalPayments
from tests.application.payment.shop import LATER_THAN_THE_ORDER, Shop, none_arrive
from tests.contracts.world import IDS, new_key


def told(shop: Shop) -> list[Attention]:
    return list(shop.tables.attention.values())


class Liar(MortalPayments):
    """Says something else than it was asked for."""

    def __init__(self, payments: Payments, change: Callable[[Observation], Observation]) -> None:
        super().__init__(payments, Life())
        self._change = change

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        return self._change(await super().authorize(charge, key=key))

    async def find(self, asked: Asked) -> Observation | None:
        seen = await super().find(asked)
        return None if seen is None else self._change(seen)

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        return self._change(await super().cancel(asked, key=key))


@pytest.mark.parametrize("method", ["succeed", "instant", "requires_action"])
@pytest.mark.parametrize(
    ("named", "change"),
    [
        ("amount", lambda seen: replace(seen, amount=Money(1, "EUR"))),
        ("amount", lambda seen: replace(seen, amount=Money(1250, "USD"))),
        ("payment_id", lambda seen: replace(seen, payment_id=PaymentId(IDS.uuid()))),
        ("live", lambda seen: replace(seen, live=False)),
    ],
)
async def test_a_payment_that_is_not_ours_confirms_nothing(
    method: str, named: str, change: Callable[[Observation], Observation]
) -> None:
    shop = await Shop(post=none_arrive, wrap=lambda payments: Liar(payments, change)).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    view = await shop.pay(buyer, order.id, method)
    assert view.state == "CREATED"
    (item,) = told(shop)
    assert item.kind is AttentionKind.PAYMENT_MISMATCH and named in item.detail
    for _ in range(30):
        shop.clock.advance(timedelta(seconds=30))
        await shop.work()
    # The order ends as any other; the payment is left for a person, and looked at now and then.
    assert shop.order_now(order.id).state is OrderState.EXPIRED
    payment = shop.payment_of(order.id)
    assert payment.state is PaymentState.CREATED and payment.due_at is not None
    assert payment.due_at - shop.clock.now() > timedelta(minutes=1)
    assert len(told(shop)) == 1 and shop.tickets_of(order.id) == []
    assert [bug for bug in shop.observer.bugs if isinstance(bug, Exception)] == []


class Losing:
    """The first answer is lost, and whatever is asked for then is refused."""

    def around(self, payments: Payments) -> Payments:
        calls = 0

        class Lost(MortalPayments):
            async def authorize(self, charge: Charge, *, key: str) -> Observation:
                nonlocal calls
                calls += 1
                if calls == 1:
                    raise OutcomeUnknown("lost")
                raise CallRefused("idempotency_error")

        return Lost(payments, Life())


class Unwilling(MortalPayments):
    """Refuses calls of one kind."""

    def __init__(self, payments: Payments, refuses: str) -> None:
        super().__init__(payments, Life())
        self._refuses = refuses
        self.refused = 0

    def _refuse(self, call: str) -> None:
        if call == self._refuses:
            self.refused += 1
            raise CallRefused("invalid_api_key")

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        self._refuse("authorize")
        return await super().authorize(charge, key=key)

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        self._refuse("capture")
        return await super().capture(asked, amount=amount, key=key)

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        self._refuse("cancel")
        return await super().cancel(asked, key=key)


async def test_what_is_refused_at_once_is_over_and_the_buyer_may_try_otherwise() -> None:
    unwilling: list[Unwilling] = []

    def wrap(payments: Payments) -> Payments:
        unwilling.append(Unwilling(payments, "authorize"))
        return unwilling[0]

    shop = await Shop(post=none_arrive, wrap=wrap).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    view = await shop.pay(buyer, order.id)
    assert (view.state, view.failure) == ("FAILED", "invalid_api_key")
    unwilling[0]._refuses = "nothing"
    view = await shop.pay(buyer, order.id)
    assert view.state == "CAPTURED"
    assert shop.order_now(order.id).state is OrderState.CONFIRMED and told(shop) == []
    await shop.settle()
    await audit(shop)


async def test_what_is_refused_after_an_answer_was_lost_is_told() -> None:
    """The call before may have had its effect: nothing is over."""
    lost = Losing()
    shop = await Shop(post=none_arrive, wrap=lost.around).open()
    order = await shop.checkout(buyer := await shop.user())
    assert (await shop.pay(buyer, order.id)).state == "CREATED"
    shop.clock.advance(timedelta(seconds=30))
    await shop.work()
    assert shop.payment_of(order.id).is_open
    (item,) = told(shop)
    assert item.kind is AttentionKind.PAYMENT_STUCK and "authorize" in item.detail


@pytest.mark.parametrize("call", ["capture", "cancel"])
async def test_a_refused_call_is_told_and_not_made_again_and_again(call: str) -> None:
    unwilling: list[Unwilling] = []

    def wrap(payments: Payments) -> Payments:
        unwilling.append(Unwilling(payments, call))
        return unwilling[0]

    shop = await Shop(post=none_arrive, wrap=wrap).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, "requires_action" if call == "cancel" else "succeed")
    for _ in range(40):
        shop.clock.advance(timedelta(seconds=30))
        await shop.work()
    assert 1 <= unwilling[0].refused <= 3
    (item,) = told(shop)
    assert item.kind is AttentionKind.PAYMENT_STUCK
    assert call in item.detail and "invalid_api_key" in item.detail
    assert [bug for bug in shop.observer.bugs if isinstance(bug, Exception)] == []
    ends = OrderState.COMMITTING if call == "capture" else OrderState.EXPIRED
    assert shop.order_now(order.id).state is ends
    unwilling[0]._refuses = "nothing"
    for _ in range(6):
        shop.clock.advance(timedelta(minutes=10))
        await shop.work()
    await shop.settle()
    await audit(shop)


async def test_what_nobody_decides_for_a_day_is_told_once() -> None:
    shop = await Shop(late=timedelta(days=4), post=none_arrive).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, "succeed_late")
    shop.clock.advance(LATER_THAN_THE_ORDER)
    for _ in range(5):
        await shop.work()
        shop.clock.advance(timedelta(hours=4))
    assert told(shop) == []
    for _ in range(5):
        shop.clock.advance(timedelta(hours=6))
        await shop.work()
    (item,) = told(shop)
    assert (item.kind, item.subject_id) == (
        AttentionKind.PAYMENT_STUCK,
        shop.payment_of(order.id).id,
    )
    shop.clock.advance(timedelta(days=3))
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    await audit(shop)


class Forgetful(MortalPayments):
    """Forgets keys after a minute."""

    def __init__(self, payments: Payments) -> None:
        super().__init__(payments, Life())
        self.calls: list[str] = []

    @property
    def keys_last(self) -> timedelta:
        return timedelta(minutes=1)

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        self.calls.append("authorize")
        return await super().authorize(charge, key=key)

    async def find(self, asked: Asked) -> Observation | None:
        self.calls.append("find")
        return await super().find(asked)


@pytest.mark.parametrize("lost", [Fault.REQUEST_LOST, Fault.ANSWER_LOST])
async def test_a_key_that_may_be_forgotten_is_not_trusted(lost: Fault) -> None:
    forgetful: list[Forgetful] = []

    def wrap(payments: Payments) -> Payments:
        forgetful.append(Forgetful(payments))
        return forgetful[0]

    faults = FaultPlan({Action.AUTHORIZE: [lost]})
    shop = await Shop(post=none_arrive, faults=faults, wrap=wrap).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id)
    shop.clock.advance(timedelta(seconds=90))
    await shop.settle()
    asked_again = ["authorize"] if lost is Fault.REQUEST_LOST else []
    assert forgetful[0].calls == ["authorize", "find", *asked_again]
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    await audit(shop)


async def test_tests_never_reach_real_money() -> None:
    """The shop has a provider of real money only."""
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    stored = shop.order_now(order.id)
    shop.tables.orders[OrderId(order.id)] = replace(stored, live=False)
    with pytest.raises(PaymentProviderUnknown):
        command = PayOrder(order_id=order.id, provider=None, method=None)
        await shop.application.orders.pay(command, buyer.ctx(new_key()))
    assert shop.tables.payments == {} and await shop.provider.ledger() == ()


def test_an_unknown_provider_is_named_in_a_few_words() -> None:
    """What was asked for is told again, and may be a megabyte of it."""
    providers, name = Providers([], "simulated"), "x" * 1_000_000
    with pytest.raises(PaymentProviderUnknown) as refused:
        providers.get(name, live=True)
    assert len(refused.value.metadata["provider"]) < 100
    with pytest.raises(PaymentProviderUnknown) as refused:
        providers.verify(name, b"", {})
    assert len(refused.value.metadata["provider"]) < 100
