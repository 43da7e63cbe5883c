"""What happens around every operation, once for both faces.

observe → room → company → authenticate → authorize → limit the rate → check the key → (the face
reads the shape) → calls in flight → idempotency → handle. A face calls `admit` before it reads the
shape, so that a stranger learns nothing about shapes; calling the operation admits whatever was not
admitted before, so no face can forget it.
"""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from application.authentication import Authenticator
from application.errors import (
    AccessDenied,
    IdempotencyInProgress,
    IdempotencyKeyInvalid,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    RateLimited,
    ScopeMissing,
    TokenMissing,
    UserRequired,
)
from application.fingerprint import fingerprint
from application.gathering import Gathering
from application.in_flight import CallsInFlight
from application.limits import WriteLimits
from application.messages import (
    ANONYMOUS,
    Actor,
    ActorKind,
    Claim,
    Command,
    Context,
    KeyPolicy,
    Message,
    Priority,
)
from application.policy import Rule
from application.ports.idempotency import IdempotencyStore
from application.ports.limits import RateLimiter
from application.ports.observer import Observer
from application.ports.unit_of_work import KeyTaken, StaleWrite
from shared.errors import AppError, Code, Conflict, Internal, Overloaded

M = TypeVar("M", bound=Message[object])
R = TypeVar("R")

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEPT_REFUSALS = frozenset({Code.FAILED_PRECONDITION, Code.NOT_FOUND})
_RUNS = 8
"""How often an operation is run when others keep changing the same aggregate."""
_POLL_SECONDS = 0.05


def never_full(priority: Priority) -> bool:
    """There is always room."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What every operation shares.

    `wait` is how long a repeated request waits for the first; after `lease` an answer that its
    first caller never finished (it was killed) is given as it stands. `full` tells at once whether
    there is no room where calls of a priority wait. In `gathering` those who are not alone wait for
    company.
    """

    authenticator: Authenticator
    limiter: RateLimiter
    limits: WriteLimits
    store: IdempotencyStore
    observer: Observer
    wait: timedelta
    lease: timedelta
    in_flight: CallsInFlight = field(default_factory=CallsInFlight)
    gathering: Gathering | None = None
    full: Callable[[Priority], bool] = never_full


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[M, R]):
    """One operation of the product: call it with its message and a context."""

    name: str
    message: type[M]
    answers: type[R]
    handle: Callable[[M, Context], Awaitable[R]]
    rule: Rule
    pipeline: Pipeline

    @property
    def limited(self) -> bool:
        """Whether calls count against rate limits: whatever changes something does."""
        return self.rule.limited and issubclass(self.message, Command)

    async def admit(self, ctx: Context) -> Context:
        """The context with its actor, if this call may be made at all.

        Raises TokenMissing, TokenInvalid, TokenExpired, TokenRevoked, UserRequired, ScopeMissing,
        AccessDenied, RateLimited, IdempotencyKeyRequired, IdempotencyKeyInvalid, Overloaded.
        """
        priority, in_flight = self.rule.priority, self.pipeline.in_flight
        if in_flight.full(priority) or self.pipeline.full(priority):
            raise Overloaded(retry_after=1)  # before anything is asked of anybody
        in_flight.begin()
        try:
            if self.pipeline.gathering is not None and in_flight.under_way > 1:
                await self.pipeline.gathering.join()
            actor = await self._authenticate(ctx)
            self._authorize(actor)
            await self._limit(actor, ctx)
        finally:
            in_flight.end()
        key, policy = ctx.idempotency_key, self.message.key_policy
        if key is None:
            if policy is KeyPolicy.REQUIRED and not actor.is_system:
                raise IdempotencyKeyRequired()
        elif policy is KeyPolicy.NONE:
            ctx = ctx.without_key()
        elif not _KEY.fullmatch(key):
            raise IdempotencyKeyInvalid()
        return ctx.admitted_as(self.name, actor, roles=self.rule.roles, priority=priority)

    async def readmit(self, ctx: Context) -> Context:
        """Of what lasts: whether its caller may still call at all, and who it is by now.

        Raises TokenInvalid, TokenExpired, TokenRevoked, UserRequired, ScopeMissing, AccessDenied.
        """
        actor = await self._authenticate(ctx)
        self._authorize(actor)
        return ctx.admitted_as(self.name, actor, roles=ctx.roles, priority=ctx.priority)

    async def __call__(self, message: M, ctx: Context) -> R:
        """Runs the operation. Raises AppError and nothing else (and CancelledError)."""
        started = time.perf_counter()
        observer, in_flight = self.pipeline.observer, self.pipeline.in_flight
        try:
            if ctx.admitted != self.name:
                ctx = await self.admit(ctx)
            caller = in_flight.enter(ctx.actor)
            try:
                answer = await self._once(message, ctx)
            finally:
                in_flight.leave(caller)
        except AppError as refusal:
            observer.refused(self.name, ctx, refusal, time.perf_counter() - started)
            raise
        except Exception as bug:
            observer.failed(self.name, ctx, bug, time.perf_counter() - started)
            raise Internal(metadata={"request_id": ctx.request_id}) from None
        observer.completed(self.name, ctx, time.perf_counter() - started)
        return answer

    def refuse(self, error: AppError, ctx: Context) -> None:
        """Tells the observer of a call that ended before it began (its shape was wrong, say)."""
        self.pipeline.observer.refused(self.name, ctx, error, 0.0)

    async def _authenticate(self, ctx: Context) -> Actor:
        if ctx.actor.is_system or self.rule.is_open:
            return ctx.actor
        if ctx.credentials is None:
            if ActorKind.ANONYMOUS in self.rule.kinds:
                return ANONYMOUS
            raise TokenMissing()
        return await self.pipeline.authenticator.actor(ctx.credentials)

    def _authorize(self, actor: Actor) -> None:
        if actor.is_system:
            return
        if actor.kind not in self.rule.kinds:
            raise UserRequired() if ActorKind.USER in self.rule.kinds else AccessDenied()
        if actor.kind is ActorKind.API_KEY and self.name not in actor.scopes:
            raise ScopeMissing()
        if self.rule.superuser and not actor.superuser:
            raise AccessDenied()

    async def _limit(self, actor: Actor, ctx: Context) -> None:
        """Counts writes; what is left is told to the caller, refused or not."""
        if actor.is_system or not self.limited:
            return
        uses = self.pipeline.limits.uses(actor, ctx, makes_buyers=self.rule.makes_buyers)
        if not uses:
            return
        allowances = await self.pipeline.limiter.take(uses, strict=self.rule.takes_stock)
        ctx.reply.allowances = tuple(allowances)
        waits = [each for each in allowances if not each.allowed]
        if waits:
            longest = max(waits, key=lambda each: each.retry_seconds)
            raise RateLimited(
                retry_after=longest.retry_seconds, metadata={"limit": longest.limit.name}
            )

    async def _once(self, message: M, ctx: Context) -> R:
        if ctx.idempotency_key is None:
            return await self._run(message, ctx)
        claim = Claim(
            actor=ctx.actor.id,
            operation=self.name,
            key=ctx.idempotency_key,
            fingerprint=fingerprint(self.name, message),
        )
        try:
            return await self._run(message, ctx.claiming(claim))
        except KeyTaken:
            return await self._replay(claim, ctx)
        except AppError as refusal:
            if not self.message.keeps_refusals or refusal.code not in _KEPT_REFUSALS:
                raise
            try:
                await self.pipeline.store.refuse(claim, refusal)
            except KeyTaken:
                return await self._replay(claim, ctx)
            raise

    async def _run(self, message: M, ctx: Context) -> R:
        for run in range(_RUNS):
            try:
                return await self.handle(message, ctx)
            except StaleWrite:
                # Others changed what we had read. Spread out, so that all get through.
                await asyncio.sleep(random.uniform(0, 0.01 * 2**run))  # nosec B311
        raise Conflict(retry_after=1)

    async def _replay(self, claim: Claim, ctx: Context) -> R:
        """The stored answer, as soon as it is final."""
        waited, pause = 0.0, _POLL_SECONDS
        while True:
            found = await self.pipeline.store.find(claim, self.answers)
            if found is not None:
                if found.fingerprint != claim.fingerprint:
                    raise IdempotencyKeyReused()
                if found.final or found.age_seconds > self.pipeline.lease.total_seconds():
                    break
            if waited >= self.pipeline.wait.total_seconds():
                raise IdempotencyInProgress(retry_after=1)
            await asyncio.sleep(pause)
            waited += pause
        ctx.reply.replayed = True
        if found.refusal is not None:
            raise found.refusal
        if found.answer is None:
            raise RuntimeError(f"the key {claim.operation} has neither answer nor refusal")
        return found.answer
