"""Who may make a call at all, and what an idempotency key looks like."""

from dataclasses import replace

import pytest

from application.errors import (
    AccessDenied,
    IdempotencyKeyInvalid,
    IdempotencyKeyRequired,
    TokenInvalid,
    TokenMissing,
)
from application.messages import SYSTEM, Access, Command, Context, KeyPolicy, Message
from shared.errors import FieldInvalid
from tests.application.stage import USER, Ask, Buy, Greet, Stage, Sweep, Welcome, call
from tests.contracts.world import new_key


async def test_a_token_is_needed(stage: Stage) -> None:
    operation = stage.operation()
    with pytest.raises(TokenMissing):
        await operation(Greet(), call(None))
    with pytest.raises(TokenInvalid):
        await operation(Greet(), call("nonsense"))
    assert stage.contexts == []
    assert [type(error) for error in stage.watcher.refusals] == [TokenMissing, TokenInvalid]


async def test_some_need_none(stage: Stage) -> None:
    await stage.operation(Welcome)(Welcome(), call(None))
    await stage.operation(Welcome)(Welcome(), call("nonsense"))
    assert [ctx.actor.kind for ctx in stage.contexts] == [Access.ANONYMOUS] * 2
    with pytest.raises(TokenMissing):
        stage.contexts[0].user_id  # noqa: B018


async def test_some_are_for_the_system_only(stage: Stage) -> None:
    for context in (call(), call(None)):
        with pytest.raises(AccessDenied):
            await stage.operation(Sweep)(Sweep(), context)
    await stage.operation(Sweep)(Sweep(), Context.system("r-2"))
    assert stage.contexts[0].actor == SYSTEM


async def test_who_is_calling_comes_before_the_key(stage: Stage) -> None:
    with pytest.raises(TokenMissing):
        await stage.operation(Buy)(Buy(), call(None, key="bad"))


async def test_a_key_may_be_required(stage: Stage) -> None:
    with pytest.raises(IdempotencyKeyRequired):
        await stage.operation(Buy)(Buy(), call())
    await stage.operation(Buy)(Buy(), Context.system("r-2"))


@pytest.mark.parametrize(
    "key", ["", "x" * 15, "x" * 65, "x" * 15 + "é", "x" * 16 + "\n", "a b" * 8]
)
async def test_a_key_has_a_form(stage: Stage, key: str) -> None:
    for message in (Greet, Buy):
        with pytest.raises(IdempotencyKeyInvalid):
            await stage.operation(message)(message(), call(key=key))


@pytest.mark.parametrize("key", ["x" * 16, "x" * 64, "Az09_-" * 3])
async def test_a_good_key(stage: Stage, key: str) -> None:
    await stage.operation(Buy)(Buy(), call(key=key))
    claim = stage.contexts[0].claim
    assert claim is not None
    assert (claim.actor, claim.operation, claim.key) == (str(USER), "Buy", key)


async def test_a_key_may_mean_nothing(stage: Stage) -> None:
    operation = stage.operation(Ask)
    for key in ("short", new_key()):
        await operation(Ask(), call(key=key))
        await operation(Ask(), call(key=key))
    assert len(stage.contexts) == 4
    assert all(ctx.claim is None for ctx in stage.contexts)


async def test_who_was_admitted_is_not_asked_again(stage: Stage) -> None:
    operation = stage.operation()
    admitted = operation.admit(call())
    await operation(Greet(), replace(admitted, credentials=None))
    assert stage.contexts[0].user_id == USER


async def test_an_admission_is_for_one_operation(stage: Stage) -> None:
    admitted = replace(stage.operation(Welcome).admit(call(None)), credentials=None)
    with pytest.raises(TokenMissing):
        await stage.operation()(Greet(), admitted)


async def test_a_refused_shape_is_told_to_the_observer(stage: Stage) -> None:
    error = FieldInvalid()
    stage.operation().refuse(error, call())
    assert stage.watcher.refusals == [error]


def test_messages_need_a_token_by_default() -> None:
    assert Message.access is Access.AUTHENTICATED
    assert Message.key_policy is KeyPolicy.NONE and Command.key_policy is KeyPolicy.OPTIONAL
    assert not Command.keeps_refusals
