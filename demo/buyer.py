"""One buyer: from the hold to the tickets, or as far as the course goes."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from application.errors import IdempotencyInProgress
from demo.course import METHODS, Course, Ending
from demo.shop import Account, Offer, Shop, Unanswered
from demo.tally import Tally
from domain.stock import SoldOut
from shared.errors import AppError, Conflict

R = TypeVar("R")

_FINAL = frozenset({"CONFIRMED", "FAILED", "EXPIRED", "CANCELLED"})
_PATIENCE, _POLL = 20.0, 0.1
"""Seconds: how long a buyer waits for a paid order, and the pause between two looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """`shop` is the buyer's face, `other` the other one. `resends` is how often a request without
    an answer is sent again (under its key, so that it is still one request)."""

    course: Course
    account: Account
    shop: Shop
    other: Shop
    offer: Offer
    tally: Tally
    resends: int

    async def play(self) -> None:
        """Refusals and lost answers are part of the game and end up in the tally."""
        try:
            await self._play()
        except AppError as refusal:
            self.tally.refused[refusal.reason] += 1
        except Unanswered:
            self.tally.unanswered += 1

    async def _play(self) -> None:
        tally, ending = self.tally, self.course.ending
        hold_id = await self._hold()
        if ending is Ending.WALKS_AWAY:
            tally.ended["walked away"] += 1
            return
        order_id = await self._send(
            "order", lambda shop, key: shop.order(self.account, hold_id, key=key)
        )
        tally.orders.add(order_id)
        if ending is Ending.NEVER_PAYS:
            tally.ended["never paid"] += 1
            return
        if ending is Ending.GIVES_BACK:
            await self._send(
                "cancel", lambda shop, key: shop.cancel(self.account, order_id, key=key)
            )
            tally.cancelled.add(order_id)
            tally.ended["cancelled"] += 1
            return
        started = time.perf_counter()
        if ending is Ending.DECLINED_FIRST:
            await self._pay(order_id, "decline")
        await self._pay(order_id, METHODS.get(ending, "succeed"))
        await self._wait(order_id, started)

    async def _hold(self) -> str:
        key = uuid.uuid4().hex
        try:
            hold_id = await self._send(
                "hold",
                lambda shop, key: shop.hold(
                    self.account, self.offer, self.course.quantity, key=key
                ),
                key=key,
            )
        except SoldOut:
            self.tally.refused_holds.add(key)
            raise
        self.tally.holds.add(hold_id)
        return hold_id

    async def _pay(self, order_id: str, method: str) -> None:
        payment_id = await self._send(
            "pay", lambda shop, key: shop.pay(self.account, order_id, method, key=key)
        )
        self.tally.payments.add(payment_id)

    async def _wait(self, order_id: str, started: float) -> None:
        """Until the order has ended, one way or the other."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            state = await self.shop.order_state(self.account, order_id)
            if state in _FINAL:
                break
            if time.monotonic() > deadline:
                self.tally.ended[f"still {state.lower()}"] += 1
                return
            await asyncio.sleep(_POLL)
        self.tally.ended[state.lower()] += 1
        if state != "CONFIRMED":
            return
        self.tally.latencies["pay to confirmed"].append(time.perf_counter() - started)
        self.tally.confirmed[order_id] = self.account
        for ticket in await self.shop.tickets(self.account, order_id):
            self.tally.tickets[ticket.id] = ticket.code

    async def _send(
        self,
        step: str,
        act: Callable[[Shop, str], Awaitable[R]],
        *,
        key: str | None = None,
    ) -> R:
        """One request under one key, though it may be sent several times."""
        key = key or uuid.uuid4().hex
        if not self.course.twice:
            return await self._deliver(step, partial(act, self.shop, key))
        self.tally.repeated += 1
        second = self.other if self.course.crosses else self.shop
        answers = await asyncio.gather(
            self._deliver(step, partial(act, self.shop, key)),
            self._deliver(step, partial(act, second, key)),
            return_exceptions=True,
        )
        granted: list[R] = []
        failed: list[BaseException] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                failed.append(answer)
            else:
                granted.append(answer)
        if not granted:
            raise failed[0]
        if any(answer != granted[0] for answer in granted):
            self.tally.contradictions.append(f"{step}: {granted}")
        return granted[0]

    async def _deliver(self, step: str, act: Callable[[], Awaitable[R]]) -> R:
        """Again after a lost answer, or while the first copy is still being worked on."""
        left = self.resends
        while True:
            try:
                return await self.tally.timed(step, act)
            except (Unanswered, IdempotencyInProgress, Conflict):
                if not left:
                    raise
                left -= 1
                await asyncio.sleep(0.2)
