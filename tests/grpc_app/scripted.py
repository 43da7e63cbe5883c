"""An Application whose operations do what a test tells them, behind the real pipeline."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from application.app import Application
from application.authentication import Authenticator
from application.errors import TokenExpired, TokenInvalid
from application.in_flight import CallLimits, CallsInFlight
from application.limits import WriteLimits
from application.live.room import StreamLimits, StreamRoom
from application.live.stream import Stream, Watch
from application.messages import Claim, Context, Message, Priority
from application.pipeline import Operation, Pipeline, never_full
from application.policy import rule_of
from application.ports.idempotency import IdempotencyStore, StoredAnswer
from application.ports.identity import Bearer, Tokens
from application.ports.observer import CallOutcome, Observer
from application.ports.standing import GuestStanding, KeyStanding, Standings, UserStanding
from domain.webhook.delivery import DeliveryState
from infrastructure.memory.feed import MemoryFeed
from infrastructure.memory.limits import MemoryRateLimiter
from infrastructure.sealed.seals import HmacSeals
from shared.errors import AppError
from shared.ids import SessionId, UserId

R = TypeVar("R")
Does = Callable[[Message[object], Context], Awaitable[object]]

USER = UserId(UUID("01890000-0000-7000-8000-000000000001"))
SESSION = SessionId(UUID("01890000-0000-7000-8000-000000000002"))
TOKEN = "good"
KEY = "key-0123456789abcdef"


class OneToken(Tokens):
    """`good` is the token of USER, `old` has expired, and nothing else is a token."""

    def issue(self, bearer: Bearer) -> str:
        return TOKEN

    def ttl_seconds(self, bearer: Bearer) -> int:
        return 600

    def verify(self, token: str) -> Bearer:
        if token == "old":
            raise TokenExpired()
        if token != TOKEN:
            raise TokenInvalid()
        return Bearer(user_id=USER, session_id=SESSION)

    def jwks(self) -> Mapping[str, object]:
        return {"keys": []}


class OneSuperuser(Standings):
    """USER may do everything that users may; there are no guests and no keys."""

    async def of_user(self, user_id: UserId, session_id: SessionId) -> UserStanding:
        return UserStanding(
            active=True,
            email="ada@example.org",
            email_verified=True,
            superuser=True,
            memberships=(),
        )

    async def of_guest(self, guest_id: UserId) -> GuestStanding | None:
        return None

    async def of_key(self, digest: bytes) -> KeyStanding | None:
        return None


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

    def mail_failed(self, mail_id: str, kind: str, error: str, *, final: bool) -> None:
        raise AssertionError("the faces send no mail")

    def webhook_refused(self, provider: str, reason: str) -> None:
        raise AssertionError("no provider speaks gRPC to us")

    def provider_called(
        self, provider: str, live: bool, call: str, outcome: CallOutcome, seconds: float
    ) -> None:
        raise AssertionError("the faces call no provider")

    def provider_available(self, provider: str, live: bool, available: bool) -> None:
        raise AssertionError("the faces call no provider")

    def reconciled(self, provider: str, live: bool, compared: int, discrepancies: int) -> None:
        raise AssertionError("the faces compare no ledgers")

    def delivered(self, group: str, occurred_at: datetime) -> None:
        raise AssertionError("the faces consume no messages")

    def delivery_failed(
        self, group: str, type: str, message_id: str, attempts: int, error: str, *, final: bool
    ) -> None:
        raise AssertionError("the faces consume no messages")

    def webhook_sent(self, outcome: DeliveryState, seconds: float) -> None:
        raise AssertionError("the faces send no webhooks")

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        self.bugs.append(error)


class Script:
    """`does` is what an operation does, by its name; `received` is what reached operations. For the
    limits no time passes."""

    def __init__(
        self,
        limits: WriteLimits = WriteLimits(),
        *,
        in_flight: CallLimits = CallLimits(),
        full: Callable[[Priority], bool] = never_full,
        streams: StreamLimits = StreamLimits(),
    ) -> None:
        self.does: dict[str, Does] = {}
        self.received: list[tuple[Message[object], Context]] = []
        self.heard = Heard()
        self.store = OneAnswer()
        self.pipeline = Pipeline(
            authenticator=Authenticator(
                tokens=OneToken(),
                seals=HmacSeals(("a secret of the tests, as long as it has to be",)),
                standings=OneSuperuser(),
            ),
            limiter=MemoryRateLimiter(lambda: 0.0),
            limits=limits,
            store=self.store,
            observer=self.heard,
            wait=timedelta(0),
            lease=timedelta(0),
            in_flight=CallsInFlight(in_flight),
            full=full,
        )
        self.feed = MemoryFeed()
        self.room = StreamRoom(streams)
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


class Told(Watch[Message[object], object]):
    """Whatever the script answers, each time it is looked at; None ends it."""

    gap = timedelta(0)
    pause = timedelta(seconds=60)

    def __init__(self, script: Script) -> None:
        self._script = script

    async def __call__(self, query: Message[object], ctx: Context) -> object:
        return await self._script.handle(query, ctx)

    def topic(self, query: Message[object]) -> str:
        return type(query).__name__

    def is_news(self, view: object, *, told: object, query: Message[object]) -> bool:
        return view is not None and view != told

    def next(self, query: Message[object], told: object) -> Message[object] | None:
        return None if told is None else query


def _application(script: Script) -> Application:
    groups: dict[str, object] = {}
    for group, kind in get_type_hints(Application).items():
        operations = {}
        for operation in fields(kind):
            offered = get_type_hints(kind)[operation.name]
            message, answers = get_args(offered)
            door = Operation(
                name=message.__name__,
                message=message,
                answers=object,
                handle=script.handle,
                rule=rule_of(message.__name__),
                pipeline=script.pipeline,
            )
            operations[operation.name] = (
                Stream(door=door, watch=Told(script), feed=script.feed, room=script.room)
                if get_origin(offered) is Stream
                else door
            )
        groups[group] = kind(**operations)
    return Application(**groups)  # type: ignore[arg-type]  # built from its own annotations
