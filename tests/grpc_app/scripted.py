"""An Application whose operations do what a test tells them, behind the real pipeline."""

from collections.abc import Awaitable, Callable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import TypeVar, get_args, get_type_hints
from uuid import UUID

from application.app import Application
from application.errors import TokenExpired, TokenInvalid
from application.messages import Claim, Context, Message
from application.pipeline import Operation, Pipeline
from application.ports.idempotency import IdempotencyStore, StoredAnswer
from application.ports.identity import Tokens
from application.ports.observer import Observer
from shared.errors import AppError
from shared.ids import UserId

R = TypeVar("R")
Does = Callable[[Message[object], Context], Awaitable[object]]

USER = UserId(UUID("01890000-0000-7000-8000-000000000001"))
TOKEN = "good"
KEY = "key-0123456789abcdef"


class OneToken(Tokens):
    """`good` is the token of USER, `old` has expired, and nothing else is a token."""

    ttl_seconds = 600

    def issue(self, user_id: UserId) -> str:
        return TOKEN

    def verify(self, token: str) -> UserId:
        if token == "old":
            raise TokenExpired()
        if token != TOKEN:
            raise TokenInvalid()
        return USER


class OneAnswer(IdempotencyStore):
    """Whatever key is asked for was answered with `stored`."""

    def __init__(self) -> None:
        self.stored: object = None

    async def find(self, claim: Claim, answers: type[R]) -> StoredAnswer[R] | None:
        refusal = self.stored if isinstance(self.stored, AppError) else None
        answer = self.stored if isinstance(self.stored, answers) else None
        return StoredAnswer(
            fingerprint=claim.fingerprint,
            answer=answer,
            refusal=refusal,
            final=True,
            age_seconds=0,
        )

    async def refuse(self, claim: Claim, refusal: AppError) -> None:
        """Nothing is kept: what was stored is told by the test."""

    async def forget(self, *, before: datetime) -> int:
        return 0


class Heard(Observer):
    """What the pipeline told its observer."""

    def __init__(self) -> None:
        self.completions: list[str] = []
        self.refusals: list[tuple[str, AppError, Context]] = []
        self.bugs: list[BaseException] = []

    def completed(self, operation: str, ctx: Context, seconds: float) -> None:
        self.completions.append(operation)

    def refused(self, operation: str, ctx: Context, error: AppError, seconds: float) -> None:
        self.refusals.append((operation, error, ctx))

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        self.bugs.append(error)


class Script:
    """`does` is what an operation does, by its name; `received` is what reached operations."""

    def __init__(self) -> None:
        self.does: dict[str, Does] = {}
        self.received: list[tuple[Message[object], Context]] = []
        self.heard = Heard()
        self.store = OneAnswer()
        self.pipeline = Pipeline(
            tokens=OneToken(),
            store=self.store,
            observer=self.heard,
            wait=timedelta(0),
            lease=timedelta(0),
        )
        self.application = _application(self)

    def answers(self, operation: str, answer: object) -> None:
        async def does(message: Message[object], ctx: Context) -> object:
            return answer

        self.does[operation] = does

    def raises(self, operation: str, error: BaseException) -> None:
        async def does(message: Message[object], ctx: Context) -> object:
            raise error

        self.does[operation] = does

    async def handle(self, message: Message[object], ctx: Context) -> object:
        self.received.append((message, ctx))
        return await self.does[type(message).__name__](message, ctx)


def _application(script: Script) -> Application:
    groups: dict[str, object] = {}
    for group, kind in get_type_hints(Application).items():
        operations = {}
        for operation in fields(kind):
            message, answers = get_args(get_type_hints(kind)[operation.name])
            operations[operation.name] = Operation(
                name=message.__name__,
                message=message,
                answers=object,
                handle=script.handle,
                pipeline=script.pipeline,
            )
        groups[group] = kind(**operations)
    return Application(**groups)  # type: ignore[arg-type]  # built from its own annotations
