"""Stripe under test: the adapter over HTTP, and a fake that keeps its own books."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from application.ports.payments import Asked
from domain.order.payment import Observation, PaymentState
from infrastructure.stripe.payments import StripePayments
from tests.contracts.provider_bench import Bench, RefundCourse, Webhook
from tests.fakes.stripe.faults import Faults, no_faults
from tests.fakes.stripe.server import Server
from tests.fakes.stripe.webhooks import HEADER, signed
from tests.fakes.stripe.world import World

SECRETS = ("whsec_of_yesterday", "whsec_of_today")


class StripeBench(Bench):
    signature_header = HEADER
    announces_promises = False
    refund_courses = frozenset(RefundCourse)
    shows_disputes = True
    keeps_missed_events = True

    def __init__(self, server: Server, method: str, faults: Faults) -> None:
        self.server = server
        self.acting = method
        if method == "automatic":
            self.approved = PaymentState.CAPTURED
        self._now = datetime.now(UTC).replace(microsecond=0)
        self.world = World(self.now, faults=faults)
        self.live_world = World(self.now, livemode=True)
        account = uuid4().hex
        self.test_key, self.live_key = f"sk_test_{account}", f"sk_live_{account}"
        self._course = RefundCourse.AT_ONCE

    def adapter(
        self,
        *,
        api_key: str | None = None,
        api_base: str | None = None,
        live: bool = False,
        secrets: Sequence[str] = SECRETS,
        timeout: float = 60,
    ) -> StripePayments:
        return StripePayments(
            api_key=api_key or self.test_key,
            webhook_secrets=secrets,
            api_base=api_base or self.server.url,
            live=live,
            return_url="https://shop.test/orders/{order_id}?payment={payment_id}",
            timeout_seconds=timeout,
            clock=self.now,
        )

    def now(self) -> datetime:
        return self._now

    def pass_time(self, by: timedelta) -> None:
        self._now += by

    async def approve(self, seen: Observation) -> None:
        self.world.pay(seen.reference)

    async def webhooks(self) -> Sequence[Webhook]:
        return [signed(each, SECRETS[-1:], at=self.now()) for each in self.world.desk.events]

    async def taken(self) -> int:
        return self.world.taken

    async def promised(self) -> int:
        return self.world.promised

    async def refunds_will(self, course: RefundCourse) -> None:
        self._course = course
        waits = course in (RefundCourse.PENDING, RefundCourse.FAILS)
        self.world.refunds.first_status = "pending" if waits else "succeeded"

    async def refunds_end(self) -> None:
        for refund in self.world.desk.all("refund"):
            if self._course is RefundCourse.PENDING:
                self.world.refunds.settle(refund["id"])
            elif self._course is not RefundCourse.AT_ONCE:
                self.world.refunds.fail(refund["id"])

    async def dispute(self, asked: Asked) -> None:
        assert asked.reference is not None
        self.world.refunds.dispute(asked.reference)

    async def end_dispute(self, asked: Asked, *, won: bool) -> None:
        (dispute,) = self.world.desk.all("dispute")
        self.world.refunds.close(dispute["id"], "won" if won else "lost")

    async def miss(self) -> int:
        return len(self.world.desk.events)


@asynccontextmanager
async def on_the_bench(
    server: Server, method: str = "card", *, faults: Faults = no_faults, timeout: float = 60
) -> AsyncIterator[StripeBench]:
    """An account of its own on the server, and its adapters."""
    bench = StripeBench(server, method, faults)
    worlds = {bench.test_key: bench.world, bench.live_key: bench.live_world}
    server.worlds |= worlds
    live = bench.adapter(api_key=bench.live_key, live=True)
    async with bench.adapter(timeout=timeout) as bench.payments, live as bench.other_mode:
        yield bench
    for key, world in worlds.items():
        del server.worlds[key]
        world.closed.set()
