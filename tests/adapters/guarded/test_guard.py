"""Deadlines, retries with the same key, and a provider that is left alone for a while."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from application.errors import WebhookInvalid
from application.ports.observer import CallOutcome
from application.ports.payments import CallRefused, OutcomeUnknown
from domain.order.payment import PaymentState
from infrastructure.guarded.payments import GuardedPayments, Patience
from tests.adapters.guarded.moody import AT, Mood, Moody, asked, charge
from tests.contracts.watcher import Watcher

QUICK = Patience(
    call=0.05, budget=60.0, attempts=3, first_pause=0.001, report=0.2, failures=5, pause=10.0
)


class Scene:
    def __init__(self, *moods: Mood, patience: Patience = QUICK) -> None:
        self.now = 100.0
        self.inner = Moody(*moods)
        self.watcher = Watcher()
        self.payments = GuardedPayments(
            self.inner, patience=patience, observer=self.watcher, clock=lambda: self.now
        )

    @property
    def outcomes(self) -> list[CallOutcome]:
        assert {(name, live) for name, live, _, _ in self.watcher.calls} <= {("offline", True)}
        return [outcome for _, _, _, outcome in self.watcher.calls]

    async def lose(self) -> None:
        with pytest.raises(OutcomeUnknown):
            await self.payments.find(asked())

    @property
    def availability(self) -> list[bool]:
        return [available for _, _, available in self.watcher.availability]


def once(*, call: float = QUICK.call, failures: int = QUICK.failures) -> Patience:
    return replace(QUICK, attempts=1, call=call, failures=failures)


@contextmanager
def at_once() -> Iterator[None]:
    """Nothing else has its turn meanwhile."""
    turns: list[None] = []
    asyncio.get_running_loop().call_soon(turns.append, None)
    yield
    assert turns == []


async def test_a_call_that_hangs_is_ended_and_asked_again() -> None:
    scene = Scene(Mood.HANGS, Mood.ANSWERS)
    begun = time.monotonic()
    seen = await scene.payments.find(asked())
    assert seen is not None and seen.state is PaymentState.AUTHORIZED
    assert 0.05 <= time.monotonic() - begun < QUICK.budget / 2
    assert scene.outcomes == [CallOutcome.LATE, CallOutcome.ANSWERED]


async def test_a_provider_that_always_hangs_is_an_unknown_outcome() -> None:
    scene = Scene(Mood.HANGS)
    with pytest.raises(OutcomeUnknown, match=r"offline gave no answer within 0.05 s"):
        await scene.payments.find(asked())
    assert scene.outcomes == [CallOutcome.LATE] * 3


async def test_retries_have_the_same_key_and_content() -> None:
    scene = Scene(Mood.LOSES, Mood.HANGS, Mood.ANSWERS)
    wanted = charge()
    await scene.payments.authorize(wanted, key="the-key")
    assert scene.inner.keys == ["the-key"] * 3
    assert scene.inner.charges == [wanted] * 3
    assert scene.outcomes == [CallOutcome.UNKNOWN, CallOutcome.LATE, CallOutcome.ANSWERED]


async def test_retries_end() -> None:
    scene = Scene(Mood.LOSES)
    await scene.lose()
    assert scene.inner.asked == 3


async def test_no_attempt_begins_beyond_the_budget() -> None:
    for budget, most in ((0.2, 4), (0.09, 1)):
        patience = replace(QUICK, attempts=1000, failures=1000, budget=budget)
        scene = Scene(Mood.HANGS, patience=patience)
        await scene.lose()
        assert 1 <= scene.inner.asked <= most


@pytest.mark.parametrize(
    ("mood", "error", "outcome"),
    [
        (Mood.REFUSES, CallRefused, CallOutcome.REFUSED),
        (Mood.BREAKS, ZeroDivisionError, CallOutcome.BROKEN),
        (Mood.TIMES_OUT, TimeoutError, CallOutcome.BROKEN),
    ],
)
async def test_only_unknown_outcomes_are_asked_again(
    mood: Mood, error: type[Exception], outcome: CallOutcome
) -> None:
    scene = Scene(mood)
    for _ in range(QUICK.failures + 1):  # nor is the provider left alone
        with pytest.raises(error):
            await scene.payments.find(asked())
    assert scene.outcomes == [outcome] * (QUICK.failures + 1)
    assert scene.availability == [True]


async def test_declined_is_an_answer() -> None:
    scene = Scene(Mood.DECLINES)
    seen = await scene.payments.authorize(charge(), key="key")
    assert seen.state is PaymentState.FAILED
    assert scene.outcomes == [CallOutcome.ANSWERED]


async def test_a_provider_that_does_not_answer_is_left_alone() -> None:
    scene = Scene(Mood.LOSES, patience=once())
    for _ in range(QUICK.failures):
        assert scene.availability == [True]
        await scene.lose()
    assert scene.availability == [True, False]
    with at_once():
        for _ in range(50):
            await scene.lose()
    assert scene.inner.asked == QUICK.failures
    assert scene.outcomes[-50:] == [CallOutcome.NOT_ASKED] * 50


async def test_refused_calls_end_a_row_of_failures() -> None:
    scene = Scene(patience=once(failures=2))
    for mood in (Mood.LOSES, Mood.REFUSES) * 3:
        scene.inner.moods = [mood]
        with pytest.raises((OutcomeUnknown, CallRefused)):
            await scene.payments.find(asked())
    assert scene.availability == [True]


async def test_who_is_left_alone_is_not_asked_again_within_a_call() -> None:
    scene = Scene(Mood.LOSES, patience=replace(QUICK, attempts=3, failures=2))
    await scene.lose()
    assert scene.outcomes == [CallOutcome.UNKNOWN, CallOutcome.UNKNOWN, CallOutcome.NOT_ASKED]


async def test_one_probe_comes_after_the_pause_and_its_success_opens() -> None:
    scene = Scene(Mood.LOSES, patience=once(failures=1))
    await scene.lose()
    scene.now += QUICK.pause - 0.01
    await scene.lose()
    assert scene.inner.asked == 1
    scene.now += 0.02
    await scene.lose()  # the probe
    await scene.lose()
    assert scene.inner.asked == 2
    scene.inner.moods = [Mood.ANSWERS]
    scene.now += QUICK.pause
    for _ in range(3):
        assert await scene.payments.find(asked())
    assert scene.inner.asked == 5
    assert scene.availability == [True, False, True]


async def test_while_a_probe_is_under_way_nobody_else_is_asked() -> None:
    scene = Scene(Mood.LOSES, patience=once(failures=1, call=30.0))
    await scene.lose()
    scene.now += QUICK.pause
    scene.inner.moods = [Mood.HANGS]
    probe = asyncio.create_task(scene.lose())
    await asyncio.sleep(0)
    for _ in range(10):
        with at_once():
            await scene.lose()
    assert scene.inner.asked == 2 and not probe.done()
    probe.cancel()
    await asyncio.wait({probe})


async def test_a_hanging_provider_keeps_no_other_waiting() -> None:
    hanging, other = Scene(Mood.HANGS, patience=once(call=0.3)), Scene(Mood.ANSWERS)
    stuck = [asyncio.create_task(hanging.lose()) for _ in range(20)]
    await asyncio.sleep(0)
    assert hanging.inner.asked == 20
    with at_once():
        for _ in range(20):
            assert await other.payments.find(asked())
    await asyncio.gather(*stuck)
    with at_once():
        for _ in range(20):
            await hanging.lose()
    assert hanging.inner.asked == 20


async def test_of_a_caller_who_goes_away_nothing_is_told() -> None:
    scene = Scene(Mood.HANGS, patience=once(call=10.0, failures=1))
    call = asyncio.create_task(scene.payments.find(asked()))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert scene.outcomes == [] and scene.availability == [True]


async def test_a_report_has_longer_and_is_asked_for_once() -> None:
    scene = Scene(Mood.HANGS)
    begun = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        await scene.payments.movements(since=AT, until=AT)
    assert time.monotonic() - begun >= 0.2
    assert scene.outcomes == [CallOutcome.LATE]


def test_a_budget_has_room_for_an_attempt() -> None:
    with pytest.raises(ValueError, match="longer than one attempt"):
        Patience(call=12.0, budget=12.0)


def test_the_rest_is_the_provider_s_own() -> None:
    scene = Scene()
    guarded, inner = scene.payments, scene.inner
    for name in ("name", "live", "methods", "default_method", "keys_last", "acknowledgement"):
        assert getattr(guarded, name) == getattr(inner, name)
    with pytest.raises(WebhookInvalid):
        guarded.verify(b"", {})
