"""Answers, refusals, bugs and stale writes, as the pipeline passes them on."""

import asyncio

import pytest

from application.messages import Context
from application.ports.unit_of_work import StaleWrite
from domain.order.errors import OrderNotFound
from shared.errors import Conflict, Internal
from tests.application.stage import USER, Buy, Cancel, Greet, Stage, call
from tests.contracts.world import new_key


async def test_an_answer(stage: Stage) -> None:
    assert await stage.operation()(Greet(name="Bob"), call()) == "Hello Bob"
    (ctx,) = stage.contexts
    assert ctx.user_id == USER and ctx.actor.id == str(USER)
    assert ctx.request_id == "r-1" and ctx.claim is None
    assert stage.watcher.answered == ["Greet"]


async def test_a_bug_is_anonymous_and_told_once(stage: Stage) -> None:
    bug = ZeroDivisionError("the password is hunter2")
    with pytest.raises(Internal) as refused:
        await stage.refusing(Greet, bug)(Greet(), call())
    assert refused.value.message == Internal.title
    assert refused.value.metadata == {"request_id": "r-1"}
    assert refused.value.__cause__ is None and refused.value.__suppress_context__
    assert stage.watcher.bugs == [bug] and stage.watcher.refusals == []


async def test_a_bug_frees_the_key(stage: Stage) -> None:
    key = new_key()
    operation = stage.refusing(Cancel, ZeroDivisionError())
    with pytest.raises(Internal):
        await operation(Cancel(), call(key=key))
    assert await operation(Cancel(), call(key=key)) == "done"


async def test_a_refusal_passes_as_it_is(stage: Stage) -> None:
    refusal = OrderNotFound()
    with pytest.raises(OrderNotFound) as refused:
        await stage.refusing(Greet, refusal)(Greet(), call())
    assert refused.value is refusal
    assert stage.watcher.refusals == [refusal] and stage.watcher.bugs == []


async def test_a_stale_write_is_done_again(stage: Stage) -> None:
    operation = stage.refusing(Greet, StaleWrite(), StaleWrite())
    assert await operation(Greet(), call()) == "done"
    assert len(stage.contexts) == 3
    assert stage.watcher.answered == ["Greet"]


async def test_a_stale_write_is_done_again_under_its_key(stage: Stage) -> None:
    key = new_key()
    operation = stage.refusing(Buy, StaleWrite())
    assert await operation(Buy(), call(key=key)) == "done"
    again = call(key=key)
    assert await operation(Buy(), again) == "done"
    assert again.reply.replayed and len(stage.database.tables.keys) == 1


async def test_not_for_ever(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.pipeline.random.uniform", lambda low, high: 0)
    operation = stage.refusing(Greet, *(StaleWrite() for _ in range(100)))
    with pytest.raises(Conflict) as refused:
        await operation(Greet(), call())
    assert refused.value.retry_after == 1
    assert len(stage.contexts) == 8


async def test_a_caller_who_walks_away_is_no_bug(stage: Stage) -> None:
    async def forever(command: Greet, ctx: Context) -> str:
        await asyncio.sleep(60)
        return "never"

    task = asyncio.create_task(stage.operation(Greet, forever)(Greet(), call()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stage.watcher.bugs == [] and stage.watcher.refusals == []
