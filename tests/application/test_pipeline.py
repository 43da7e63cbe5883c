"""What happens around every operation, on the memory adapter."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

import pytest

from application.errors import (
    AccessDenied,
    IdempotencyInProgress,
    IdempotencyKeyInvalid,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    TokenInvalid,
    TokenMissing,
)
from application.messages import SYSTEM, Access, Command, Context, KeyPolicy, Message
from application.pipeline import Operation, Pipeline
from application.ports.unit_of_work import StaleWrite
from domain.order.errors import OrderNotCancellable, OrderNotFound
from infrastructure.memory.database import MemoryDatabase
from shared.errors import AppError, Conflict, DatabaseUnavailable, FieldInvalid, Internal
from shared.ids import UserId
from tests.contracts.watcher import Watcher
from tests.contracts.world import IDS, TOKENS, new_key

USER = UserId(IDS.uuid())


@dataclass(frozen=True, slots=True, kw_only=True)
class Greet(Command[str]):
    name: str = "Ada"


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(Greet):
    access: ClassVar[Access] = Access.ANONYMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep(Greet):
    access: ClassVar[Access] = Access.SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Greet):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Buy(Greet):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.REQUIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Buy):
    keeps_refusals: ClassVar[bool] = True


def call(token: str | None = "good", key: str | None = None) -> Context:
    credentials = TOKENS.issue(USER) if token == "good" else token
    return Context(request_id="r-1", credentials=credentials, idempotency_key=key)


Handle = Callable[[Greet, Context], Awaitable[str]]


class Stage:
    """One operation whose handler is given, and what became of its calls."""

    def __init__(self, *, wait: float = 0.2, lease: float = 10) -> None:
        self.database = MemoryDatabase(key_wait=timedelta(seconds=wait))
        self.watcher = Watcher()
        self.contexts: list[Context] = []
        self.pipeline = Pipeline(
            tokens=TOKENS,
            store=self.database.store,
            observer=self.watcher,
            wait=timedelta(seconds=wait),
            lease=timedelta(seconds=lease),
        )

    def operation(
        self, message: type[Greet] = Greet, handle: Handle | None = None
    ) -> Operation[Greet, str]:
        async def greet(command: Greet, ctx: Context) -> str:
            self.contexts.append(ctx)
            if handle is not None:
                return await handle(command, ctx)
            return await self.answer(f"Hello {command.name}", ctx)

        return Operation(
            name=message.__name__,
            message=message,
            answers=str,
            handle=greet,
            pipeline=self.pipeline,
        )

    async def answer(self, text: str, ctx: Context, *, final: bool = True) -> str:
        """Commits it, as a handler does."""
        async with self.database.begin(ctx) as work:
            return await work.commit(text, final=final)

    def refusing(self, message: type[Greet], *errors: Exception) -> Operation[Greet, str]:
        """Raises these, one a call, before it answers."""
        left = list(errors)

        async def handle(command: Greet, ctx: Context) -> str:
            async with self.database.begin(ctx) as work:
                await work.now()
                if left:
                    raise left.pop(0)
                return await work.commit("done")

        return self.operation(message, handle)


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_an_answer(stage: Stage) -> None:
    assert await stage.operation()(Greet(name="Bob"), call()) == "Hello Bob"
    (ctx,) = stage.contexts
    assert ctx.user_id == USER and ctx.actor.id == str(USER)
    assert ctx.request_id == "r-1" and ctx.claim is None
    assert stage.watcher.answered == ["Greet"]


class TestAdmission:
    async def test_a_token_is_needed(self, stage: Stage) -> None:
        operation = stage.operation()
        with pytest.raises(TokenMissing):
            await operation(Greet(), call(None))
        with pytest.raises(TokenInvalid):
            await operation(Greet(), call("nonsense"))
        assert stage.contexts == []
        assert [type(error) for error in stage.watcher.refusals] == [TokenMissing, TokenInvalid]

    async def test_some_need_none(self, stage: Stage) -> None:
        await stage.operation(Welcome)(Welcome(), call(None))
        await stage.operation(Welcome)(Welcome(), call("nonsense"))
        assert [ctx.actor.kind for ctx in stage.contexts] == [Access.ANONYMOUS] * 2
        with pytest.raises(TokenMissing):
            stage.contexts[0].user_id  # noqa: B018

    async def test_some_are_for_the_system_only(self, stage: Stage) -> None:
        for context in (call(), call(None)):
            with pytest.raises(AccessDenied):
                await stage.operation(Sweep)(Sweep(), context)
        await stage.operation(Sweep)(Sweep(), Context.system("r-2"))
        assert stage.contexts[0].actor == SYSTEM

    async def test_who_is_calling_comes_before_the_key(self, stage: Stage) -> None:
        with pytest.raises(TokenMissing):
            await stage.operation(Buy)(Buy(), call(None, key="bad"))

    async def test_a_key_may_be_required(self, stage: Stage) -> None:
        with pytest.raises(IdempotencyKeyRequired):
            await stage.operation(Buy)(Buy(), call())
        await stage.operation(Buy)(Buy(), Context.system("r-2"))

    @pytest.mark.parametrize(
        "key", ["", "x" * 15, "x" * 65, "x" * 15 + "é", "x" * 16 + "\n", "a b" * 8]
    )
    async def test_a_key_has_a_form(self, stage: Stage, key: str) -> None:
        for message in (Greet, Buy):
            with pytest.raises(IdempotencyKeyInvalid):
                await stage.operation(message)(message(), call(key=key))

    @pytest.mark.parametrize("key", ["x" * 16, "x" * 64, "Az09_-" * 3])
    async def test_a_good_key(self, stage: Stage, key: str) -> None:
        await stage.operation(Buy)(Buy(), call(key=key))
        claim = stage.contexts[0].claim
        assert claim is not None
        assert (claim.actor, claim.operation, claim.key) == (str(USER), "Buy", key)

    async def test_a_key_may_mean_nothing(self, stage: Stage) -> None:
        operation = stage.operation(Ask)
        for key in ("short", new_key()):
            await operation(Ask(), call(key=key))
            await operation(Ask(), call(key=key))
        assert len(stage.contexts) == 4
        assert all(ctx.claim is None for ctx in stage.contexts)

    async def test_who_was_admitted_is_not_asked_again(self, stage: Stage) -> None:
        operation = stage.operation()
        admitted = operation.admit(call())
        await operation(Greet(), replace(admitted, credentials=None))
        assert stage.contexts[0].user_id == USER

    async def test_an_admission_is_for_one_operation(self, stage: Stage) -> None:
        admitted = replace(stage.operation(Welcome).admit(call(None)), credentials=None)
        with pytest.raises(TokenMissing):
            await stage.operation()(Greet(), admitted)

    async def test_a_refused_shape_is_told_to_the_observer(self, stage: Stage) -> None:
        error = FieldInvalid()
        stage.operation().refuse(error, call())
        assert stage.watcher.refusals == [error]


class TestFaults:
    async def test_a_bug_is_anonymous_and_told_once(self, stage: Stage) -> None:
        bug = ZeroDivisionError("the password is hunter2")
        with pytest.raises(Internal) as refused:
            await stage.refusing(Greet, bug)(Greet(), call())
        assert refused.value.message == Internal.title
        assert refused.value.metadata == {"request_id": "r-1"}
        assert refused.value.__cause__ is None and refused.value.__suppress_context__
        assert stage.watcher.bugs == [bug] and stage.watcher.refusals == []

    async def test_a_bug_frees_the_key(self, stage: Stage) -> None:
        key = new_key()
        operation = stage.refusing(Cancel, ZeroDivisionError())
        with pytest.raises(Internal):
            await operation(Cancel(), call(key=key))
        assert await operation(Cancel(), call(key=key)) == "done"

    async def test_a_refusal_passes_as_it_is(self, stage: Stage) -> None:
        refusal = OrderNotFound()
        with pytest.raises(OrderNotFound) as refused:
            await stage.refusing(Greet, refusal)(Greet(), call())
        assert refused.value is refusal
        assert stage.watcher.refusals == [refusal] and stage.watcher.bugs == []

    async def test_a_stale_write_is_done_again(self, stage: Stage) -> None:
        operation = stage.refusing(Greet, StaleWrite(), StaleWrite())
        assert await operation(Greet(), call()) == "done"
        assert len(stage.contexts) == 3
        assert stage.watcher.answered == ["Greet"]

    async def test_a_stale_write_is_done_again_under_its_key(self, stage: Stage) -> None:
        key = new_key()
        operation = stage.refusing(Buy, StaleWrite())
        assert await operation(Buy(), call(key=key)) == "done"
        again = call(key=key)
        assert await operation(Buy(), again) == "done"
        assert again.reply.replayed and len(stage.database.tables.keys) == 1

    async def test_not_for_ever(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("application.pipeline.random.uniform", lambda low, high: 0)
        operation = stage.refusing(Greet, *(StaleWrite() for _ in range(100)))
        with pytest.raises(Conflict) as refused:
            await operation(Greet(), call())
        assert refused.value.retry_after == 1
        assert len(stage.contexts) == 8

    async def test_a_caller_who_walks_away_is_no_bug(self, stage: Stage) -> None:
        async def forever(command: Greet, ctx: Context) -> str:
            await asyncio.sleep(60)
            return "never"

        task = asyncio.create_task(stage.operation(Greet, forever)(Greet(), call()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert stage.watcher.bugs == [] and stage.watcher.refusals == []


class TestReplays:
    async def test_an_answer_is_given_again(self, stage: Stage) -> None:
        operation, key = stage.operation(Buy), new_key()
        first, second = call(key=key), call(key=key)
        answers = [await operation(Buy(), ctx) for ctx in (first, second)]
        assert answers == ["Hello Ada"] * 2
        assert (first.reply.replayed, second.reply.replayed) == (False, True)
        assert len(stage.database.tables.keys) == 1

    async def test_with_other_content_it_is_refused(self, stage: Stage) -> None:
        operation, key = stage.operation(Buy), new_key()
        await operation(Buy(), call(key=key))
        other = call(key=key)
        with pytest.raises(IdempotencyKeyReused):
            await operation(Buy(name="Bob"), other)
        assert not other.reply.replayed

    async def test_other_actors_and_operations_have_their_own(self, stage: Stage) -> None:
        key = new_key()
        await stage.operation(Buy)(Buy(), call(key=key))
        await stage.operation(Cancel)(Cancel(), call(key=key))
        stranger = TOKENS.issue(UserId(IDS.uuid()))
        await stage.operation(Buy)(Buy(), call(stranger, key=key))
        assert len(stage.database.tables.keys) == 3

    async def test_some_keep_their_refusals(self, stage: Stage) -> None:
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
    async def test_others_are_not_kept(
        self, stage: Stage, message: type[Greet], refusal: AppError
    ) -> None:
        operation, key = stage.refusing(message, refusal), new_key()
        with pytest.raises(type(refusal)):
            await operation(message(), call(key=key))
        assert await operation(message(), call(key=key)) == "done"

    async def test_an_answer_that_is_not_final_is_waited_for(self, stage: Stage) -> None:
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

    async def test_but_not_for_ever(self, stage: Stage) -> None:
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

    async def test_a_running_call_is_waited_for_only_so_long(self, stage: Stage) -> None:
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


def test_messages_need_a_token_by_default() -> None:
    assert Message.access is Access.AUTHENTICATED
    assert Message.key_policy is KeyPolicy.NONE and Command.key_policy is KeyPolicy.OPTIONAL
    assert not Command.keeps_refusals
