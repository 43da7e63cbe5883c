"""One operation whose handler is given, on the memory adapter."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from application.messages import Access, Command, Context, KeyPolicy
from application.pipeline import Operation, Pipeline
from infrastructure.memory.database import MemoryDatabase
from shared.ids import UserId
from tests.contracts.watcher import Watcher
from tests.contracts.world import IDS, TOKENS

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
