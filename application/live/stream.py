"""A stream: one question, answered now and again whenever the answer is another one.

It goes through the same door as every operation, by the same policy. While it waits it is no call
under way. A caller that takes its time gets the newest answer when it comes for it: nothing is kept
for it meanwhile.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Generic, Protocol, TypeVar

from application.errors import StreamEnded
from application.live.room import StreamRoom
from application.messages import Context, Message
from application.pipeline import Operation
from application.policy import Rule
from application.ports.feed import Feed, Hints
from shared.errors import AppError, Internal

M = TypeVar("M", bound=Message[object])
R = TypeVar("R")


class Watch(Protocol[M, R]):
    """What is told of what is watched."""

    gap: ClassVar[timedelta]
    """After a hint, so that what comes together is told together."""
    pause: ClassVar[timedelta]
    """After which it is looked at again without any hint."""

    async def __call__(self, query: M, ctx: Context) -> R:
        """As it stands now, and as the caller may see it. Raises AppError."""
        ...

    def topic(self, query: M) -> str:
        """Whose hints are heeded."""
        ...

    def is_news(self, view: R, *, told: R | None, query: M) -> bool:
        """Whether it has to be told to a caller who was `told` that last, or nothing yet."""
        ...

    def next(self, query: M, told: R) -> M | None:
        """What is asked after that was told; None: there is nothing more to come."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Generic[M, R]):
    """Call it with its message and a context, and read what it gives until it ends. `door` admits
    as for any operation."""

    door: Operation[M, R]
    watch: Watch[M, R]
    feed: Feed
    room: StreamRoom

    @property
    def name(self) -> str:
        return self.door.name

    @property
    def message(self) -> type[M]:
        return self.door.message

    @property
    def answers(self) -> type[R]:
        return self.door.answers

    @property
    def rule(self) -> Rule:
        return self.door.rule

    @property
    def handle(self) -> Callable[[M, Context], Awaitable[R]]:
        """One look."""
        return self.watch

    @property
    def limited(self) -> bool:
        return self.door.limited

    async def admit(self, ctx: Context) -> Context:
        """Raises what every operation's does, and RateLimited, Overloaded."""
        return await self.door.admit(ctx)

    def refuse(self, error: AppError, ctx: Context) -> None:
        self.door.refuse(error, ctx)

    async def __call__(self, message: M, ctx: Context) -> AsyncGenerator[R | None]:
        """Answers, the first at once. None: nothing new, but it is still there. It ends by itself
        where nothing more can come; else it raises AppError and nothing else (and CancelledError),
        StreamEnded where it may be asked for again. Who stops reading must close it."""
        started, observer = time.perf_counter(), self.door.pipeline.observer
        try:
            if ctx.admitted != self.name:
                ctx = await self.admit(ctx)
            with self.room.taken(ctx.actor):
                async with aclosing(self._told(message, ctx)) as told:
                    async for each in told:
                        yield each
        except AppError as refusal:
            observer.refused(self.name, ctx, refusal, time.perf_counter() - started)
            raise
        except (GeneratorExit, asyncio.CancelledError):
            observer.completed(self.name, ctx, time.perf_counter() - started)
            raise
        except Exception as bug:
            observer.failed(self.name, ctx, bug, time.perf_counter() - started)
            raise Internal(metadata={"request_id": ctx.request_id}) from None
        observer.completed(self.name, ctx, time.perf_counter() - started)

    async def _told(self, message: M, ctx: Context) -> AsyncGenerator[R | None]:
        watch = self.watch
        pace = _Pace(self.room, watch.pause)
        told: R | None = None
        with self.feed.watch(watch.topic(message)) as hints:  # before the first look
            while True:
                view = await watch(message, ctx)
                pace.looked()
                if watch.is_news(view, told=told, query=message):
                    yield view
                    pace.told()
                    told = view
                following = watch.next(message, view)
                if following is None:
                    return
                message = following
                while not await self._due(hints, pace):
                    yield None
                    pace.told()
                if pace.recheck <= time.monotonic():
                    ctx = await self.door.readmit(ctx)
                    pace.rechecked()

    async def _due(self, hints: Hints, pace: "_Pace") -> bool:
        """Whether it is time to look again; else to say that we are there. Raises StreamEnded."""
        hinted = await hints.wait(max(0.0, pace.next - time.monotonic()))
        now = time.monotonic()
        if self.feed.ended or now >= pace.end:
            raise StreamEnded(retry_after=1)
        if hinted:
            await asyncio.sleep(self.watch.gap.total_seconds())
            return True
        return now >= min(pace.look, pace.recheck)


class _Pace:
    """When what is next, by the monotonic clock."""

    def __init__(self, room: StreamRoom, pause: timedelta) -> None:
        self._limits = room.limits
        self._pause = pause.total_seconds()
        self.end = time.monotonic() + self._limits.longest.total_seconds()
        self.look = 0.0
        self.told()
        self.rechecked()

    @property
    def next(self) -> float:
        return min(self.end, self.look, self.recheck, self._beat)

    def looked(self) -> None:
        self.look = time.monotonic() + self._pause

    def told(self) -> None:
        self._beat = time.monotonic() + self._limits.heartbeat.total_seconds()

    def rechecked(self) -> None:
        self.recheck = time.monotonic() + self._limits.recheck.total_seconds()
