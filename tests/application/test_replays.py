"""What an idempotency key does to a call."""

import asyncio
from datetime import timedelta

import pytest

from application.errors import IdempotencyInProgress, IdempotencyKeyReused
from application.messages import Context
from domain.order.errors import OrderNotCancellable
from shared.errors import AppError, Conflict, DatabaseUnavailable, FieldInvalid
from tests.application.stage import ROOT_TOKEN, Buy, Cancel, Greet, Stage, call
from tests.contracts.world import new_key


async def test_an_answer_is_given_again(stage: Stage) -> None:
    operation, key = stage.operation(Buy), new_key()
    first, second = call(key=key), call(key=key)
    answers = [await operation(Buy(), ctx) for ctx in (first, second)]
    assert answers == ["Hello Ada"] * 2
    assert (first.reply.replayed, second.reply.replayed) == (False, True)
    assert len(stage.database.tables.keys) == 1


async def test_with_other_content_it_is_refused(stage: Stage) -> None:
    operation, key = stage.operation(Buy), new_key()
    await operation(Buy(), call(key=key))
    other = call(key=key)
    with pytest.raises(IdempotencyKeyReused):
        await operation(Buy(name="Bob"), other)
    assert not other.reply.replayed


async def test_other_actors_and_operations_have_their_own(stage: Stage) -> None:
    key = new_key()
    await stage.operation(Buy)(Buy(), call(key=key))
    await stage.operation(Cancel)(Cancel(), call(key=key))
    await stage.operation(Buy)(Buy(), call(ROOT_TOKEN, key=key))
    assert len(stage.database.tables.keys) == 3


async def test_some_keep_their_refusals(stage: Stage) -> None:
    refusal = OrderNotCancellable(metadata={"state": "CONFIRMED"})
    operation, key = stage.refusing(Cancel, refusal), new_key()
    first, second = call(key=key), call(key=key)
    for ctx in (first, second):
        with pytest.raises(OrderNotCancellable) as refused:
            await operation(Cancel(), ctx)
        assert refused.value.metadata == {"state": "CONFIRMED"}
    assert (first.reply.replayed, second.reply.replayed) == (False, True)
    assert len(stage.contexts) == 2
    with pytest.raises(IdempotencyKeyReused):
        await operation(Cancel(name="Bob"), call(key=key))


@pytest.mark.parametrize(
    ("message", "refusal"),
    [
        (Buy, OrderNotCancellable()),
        (Cancel, FieldInvalid()),
        (Cancel, DatabaseUnavailable()),
        (Cancel, Conflict()),
        (Cancel, IdempotencyInProgress()),
    ],
)
async def test_others_are_not_kept(stage: Stage, message: type[Greet], refusal: AppError) -> None:
    operation, key = stage.refusing(message, refusal), new_key()
    with pytest.raises(type(refusal)):
        await operation(message(), call(key=key))
    assert await operation(message(), call(key=key)) == "done"


async def test_an_answer_that_is_not_final_is_waited_for(stage: Stage) -> None:
    key, go_on = new_key(), asyncio.Event()

    async def in_two_steps(command: Greet, ctx: Context) -> str:
        await stage.answer("not yet", ctx, final=False)
        await go_on.wait()
        return await stage.answer("done", ctx.holding_claim())

    operation = stage.operation(Buy, in_two_steps)
    first = asyncio.create_task(operation(Buy(), call(key=key)))
    while not stage.database.tables.keys:
        await asyncio.sleep(0)
    second = asyncio.create_task(operation(Buy(), call(key=key)))
    await asyncio.sleep(0.01)
    assert not second.done()
    go_on.set()
    assert [await first, await second] == ["done", "done"]
    assert len(stage.database.tables.keys) == 1


async def test_but_not_for_ever(stage: Stage) -> None:
    key = new_key()

    async def half(command: Greet, ctx: Context) -> str:
        return await stage.answer("not yet", ctx, final=False)

    operation = stage.operation(Buy, half)
    await operation(Buy(), call(key=key))
    with pytest.raises(IdempotencyInProgress) as refused:
        await operation(Buy(), call(key=key))
    assert refused.value.retry_after == 1
    stage.database.clock.advance(timedelta(seconds=11))
    left_behind = call(key=key)
    assert await operation(Buy(), left_behind) == "not yet", "its first caller was killed"
    assert left_behind.reply.replayed


async def test_a_running_call_is_waited_for_only_so_long(stage: Stage) -> None:
    key, go_on = new_key(), asyncio.Event()

    async def slow(command: Greet, ctx: Context) -> str:
        async with stage.database.begin(ctx) as work:
            await work.now()
            await go_on.wait()
            return await work.commit("done")

    operation = stage.operation(Cancel, slow)
    first = asyncio.create_task(operation(Cancel(), call(key=key)))
    await asyncio.sleep(0.01)
    with pytest.raises(IdempotencyInProgress):
        await operation(Cancel(), call(key=key))
    go_on.set()
    assert await first == "done"
    assert await operation(Cancel(), call(key=key)) == "done"
