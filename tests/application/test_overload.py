"""A full house: who is refused, before anything else is done; and callers who want all at once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from application.errors import RateLimited
from application.in_flight import CallLimits, CallsInFlight
from application.messages import SYSTEM, ActorKind, Context, Priority
from application.policy import Rule
from domain.order.errors import OrderNotFound
from shared.errors import AppError, Internal, Overloaded
from shared.ids import UserId
from tests.application.stage import GUEST_TOKEN, KEY, ROOT_TOKEN, TOKEN, Greet, Stage, call
from tests.contracts.world import IDS

ANYBODY = frozenset(kind for kind in ActorKind if kind is not ActorKind.SYSTEM)


def rule(priority: Priority = Priority.SALE) -> Rule:
    return Rule(kinds=ANYBODY, priority=priority)


class Calls:
    """Calls that stay under way until they are told how to end."""

    def __init__(self, stage: Stage) -> None:
        self.ending: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def handle(command: Greet, ctx: Context) -> str:
            return await asyncio.shield(self.ending)

        self.operation = stage.operation(Greet, handle, rule=rule())

    async def begin(self, token: str | None, count: int) -> list["asyncio.Task[str]"]:
        tasks = [
            asyncio.create_task(self.operation(Greet(), call(token=token))) for _ in range(count)
        ]
        for _ in range(10):
            await asyncio.sleep(0)
        return tasks


def bounded(stage: Stage, **limits: int) -> CallsInFlight:
    counted = CallsInFlight(CallLimits(**limits))
    stage.pipeline = replace(stage.pipeline, in_flight=counted)
    return counted


@contextmanager
def refused_for_its_calls(most: int) -> Iterator[None]:
    with pytest.raises(RateLimited) as refused:
        yield
    assert refused.value.metadata == {"limit": "in_flight", "most": str(most)}
    assert refused.value.retry_after == 1


async def test_a_full_house_refuses_before_it_does_anything(stage: Stage) -> None:
    """No token is looked at, nothing is counted, nothing is waited for, not even once."""
    stage.pipeline = replace(stage.pipeline, full=lambda priority: True)
    operation = stage.operation(rule=rule())
    for token in (TOKEN, "no token at all", None):
        with pytest.raises(Overloaded) as refused:
            operation(Greet(), call(token=token)).send(None)
        assert refused.value.retry_after == 1
        with pytest.raises(Overloaded):
            operation.admit(call(token=token)).send(None)
    assert stage.limiter.taken == [] and stage.contexts == []
    assert [each.reason for each in stage.watcher.refusals] == ["OVERLOADED"] * 3


@pytest.mark.parametrize("priority", Priority)
async def test_who_is_refused_is_a_matter_of_priority(stage: Stage, priority: Priority) -> None:
    stage.pipeline = replace(stage.pipeline, full=lambda each: each >= Priority.READ)
    operation = stage.operation(rule=rule(priority))
    if priority >= Priority.READ:
        with pytest.raises(Overloaded):
            await operation(Greet(), call())
    else:
        assert await operation(Greet(), call()) == "Hello Ada"
        assert stage.contexts[0].priority is priority


async def test_a_caller_has_so_many_calls_under_way(stage: Stage) -> None:
    counted = bounded(stage, per_person=2)
    calls = Calls(stage)
    mine = await calls.begin(TOKEN, 2)
    with refused_for_its_calls(2):
        await calls.operation(Greet(), call())
    others = [*await calls.begin(ROOT_TOKEN, 2), *await calls.begin(GUEST_TOKEN, 2)]
    assert len(counted) == 3
    calls.ending.set_result("done")
    assert await asyncio.gather(*mine, *others) == ["done"] * 6
    assert len(counted) == 0
    assert await calls.operation(Greet(), call()) == "done"


async def test_there_are_so_many_calls_in_all(stage: Stage) -> None:
    """Of everybody together, and those without a name; payments find room where others do not."""
    counted = bounded(stage, in_all=8)
    calls = Calls(stage)
    tasks = [*await calls.begin(TOKEN, 4), *await calls.begin(None, 3)]
    assert counted.under_way == 7
    assert [counted.full(each) for each in Priority] == [False, True, True, True]
    with pytest.raises(Overloaded):
        calls.operation(Greet(), call()).send(None)
    paying = stage.operation(rule=rule(Priority.PAYMENT))
    assert await paying(Greet(), call()) == "Hello Ada"
    calls.ending.set_result("done")
    await asyncio.gather(*tasks)
    assert counted.under_way == 0


async def test_those_who_are_not_let_in_are_not_under_way(stage: Stage) -> None:
    counted = bounded(stage, in_all=8, per_person=0)
    for token in ("no token", TOKEN):
        with pytest.raises(AppError):
            await stage.operation(rule=rule())(Greet(), call(token=token))
    await stage.operation(rule=rule()).admit(call())
    assert counted.under_way == 0


async def test_reading_counts_too_and_what_is_refused_does_not(stage: Stage) -> None:
    counted = bounded(stage, per_person=1)
    calls = Calls(stage)
    (only,) = await calls.begin(TOKEN, 1)
    for _ in range(3):
        with refused_for_its_calls(1):
            await stage.operation(Greet, rule=rule(Priority.LIST))(Greet(), call())
    calls.ending.set_result("done")
    await only
    assert len(counted) == 0


@pytest.mark.parametrize("ending", [OrderNotFound(), ZeroDivisionError()])
async def test_however_a_call_ends_it_is_over(stage: Stage, ending: Exception) -> None:
    counted = bounded(stage, per_person=2)
    calls = Calls(stage)
    tasks = await calls.begin(TOKEN, 2)
    calls.ending.set_exception(ending)
    assert counted.under_way == 2
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert counted.under_way == 0
    expected = ending if isinstance(ending, AppError) else Internal()
    assert {type(each) for each in outcomes} == {type(expected)}
    assert len(counted) == 0


async def test_a_caller_who_walks_away_is_not_counted_any_more(stage: Stage) -> None:
    counted = bounded(stage, per_person=2)
    tasks = await Calls(stage).begin(TOKEN, 2)
    assert len(counted) == 1
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len(counted) == 0


async def test_a_server_has_more_customers_than_one(stage: Stage) -> None:
    bounded(stage, per_person=1, per_key=3)
    calls = Calls(stage)
    tasks = await calls.begin(KEY, 3)
    with refused_for_its_calls(3):
        await calls.operation(Greet(), call(token=KEY))
    calls.ending.set_result("done")
    assert await asyncio.gather(*tasks) == ["done"] * 3


async def test_nobody_in_particular_is_not_counted(stage: Stage) -> None:
    counted = bounded(stage, per_person=1, per_key=1)
    calls = Calls(stage)
    tasks = await calls.begin(None, 5)
    assert len(counted) == 0
    calls.ending.set_result("done")
    assert await asyncio.gather(*tasks) == ["done"] * 5
    assert counted.enter(SYSTEM) is None


async def test_without_a_limit_everybody_may(stage: Stage) -> None:
    user = replace(SYSTEM, kind=ActorKind.USER, user_id=UserId(IDS.uuid()))
    assert {CallsInFlight().enter(user) for _ in range(1000)} == {None}
