"""One operation whose handler is given, on the memory adapter, and people who call it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from application.authentication import Authenticator
from application.limits import WriteLimits
from application.messages import ActorKind, Command, Context, KeyPolicy
from application.pipeline import Operation, Pipeline
from application.policy import Rule
from application.ports.identity import Bearer
from application.ports.limits import Allowance, Use
from domain.guest.guest import Guest
from domain.organizer.api_key import ApiKey
from domain.organizer.organizer import Organizer
from infrastructure.memory.database import MemoryDatabase
from infrastructure.memory.limits import MemoryRateLimiter
from infrastructure.memory.standings import MemoryStandings
from shared.ids import ApiKeyId, OrganizerId, SessionId, UserId
from tests.contracts.watcher import Watcher
from tests.contracts.world import IDS, SEALS, TOKENS, new_session, new_user

USER, ROOT, GUEST = (UserId(IDS.uuid()) for _ in range(3))
SESSION, ROOT_SESSION = (SessionId(IDS.uuid()) for _ in range(2))
ORGANIZER = OrganizerId(IDS.uuid())
KEY, TEST_KEY = IDS.api_key(live=True), IDS.api_key(live=False)

TOKEN = TOKENS.issue(Bearer(user_id=USER, session_id=SESSION))
ROOT_TOKEN = TOKENS.issue(Bearer(user_id=ROOT, session_id=ROOT_SESSION))
GUEST_TOKEN = TOKENS.issue(Bearer(user_id=GUEST, session_id=None))

USERS = Rule(kinds=frozenset({ActorKind.USER}))
OPEN = Rule(kinds=frozenset({ActorKind.ANONYMOUS}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Greet(Command[str]):
    name: str = "Ada"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Greet):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Buy(Greet):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.REQUIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Buy):
    keeps_refusals: ClassVar[bool] = True


def call(token: str | None = TOKEN, key: str | None = None, address: str | None = None) -> Context:
    return Context(request_id="r-1", credentials=token, idempotency_key=key, address=address)


Handle = Callable[[Greet, Context], Awaitable[str]]


class Counting(MemoryRateLimiter):
    """Remembers what was counted, and how strictly; its clock stands still."""

    def __init__(self) -> None:
        super().__init__(lambda: 1e6)
        self.taken: list[tuple[Sequence[Use], bool]] = []

    async def take(self, uses: Sequence[Use], *, strict: bool) -> Sequence[Allowance]:
        self.taken.append((uses, strict))
        return await super().take(uses, strict=strict)


class Stage:
    """One operation whose handler is given, and what became of its calls. Call `open` first."""

    def __init__(
        self, *, wait: float = 0.2, lease: float = 10, limits: WriteLimits = WriteLimits()
    ) -> None:
        self.database = MemoryDatabase(key_wait=timedelta(seconds=wait))
        self.watcher = Watcher()
        self.limiter = Counting()
        self.contexts: list[Context] = []
        self.pipeline = Pipeline(
            authenticator=Authenticator(
                tokens=TOKENS, seals=SEALS, standings=MemoryStandings(self.database)
            ),
            limiter=self.limiter,
            limits=limits,
            store=self.database.store,
            observer=self.watcher,
            wait=timedelta(seconds=wait),
            lease=timedelta(seconds=lease),
        )

    async def open(self) -> "Stage":
        """Lets everybody in who has a token or a key above."""
        async with self.database.begin(Context.system("stage")) as work:
            now = await work.now()
            for user_id, session_id in ((USER, SESSION), (ROOT, ROOT_SESSION)):
                work.users.add(new_user(founder=user_id == ROOT, id=user_id, at=now))
                work.sessions.add(new_session(user_id, id=session_id, at=now))
            work.guests.add(Guest.create(id=GUEST, email="eve@example.com", tests_of=None, at=now))
            work.organizers.add(
                Organizer.create(id=ORGANIZER, name="Town", slug="town", owner=USER, at=now)
            )
            for key, live in ((KEY, True), (TEST_KEY, False)):
                work.api_keys.add(
                    ApiKey.create(
                        id=ApiKeyId(IDS.uuid()),
                        organizer_id=ORGANIZER,
                        name="Till",
                        key_hash=SEALS.digest(key),
                        hint=key[:12],
                        live=live,
                        scopes=["Greet"],
                        allowed_scopes=["Greet"],
                        expires_at=now + timedelta(days=1),
                        at=now,
                    )
                )
            await work.commit(None)
        return self

    def operation(
        self, message: type[Greet] = Greet, handle: Handle | None = None, *, rule: Rule = USERS
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
            rule=rule,
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
