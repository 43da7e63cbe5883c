"""Sends what is due to the endpoints of organizers: at least once, in no particular order."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from application.messages import Context, Priority
from application.ports.identity import Ids
from application.ports.observer import WebhookObserver
from application.ports.unit_of_work import Begin, StaleWrite
from application.ports.webhooks import SecretLost, Vault, WebhookSender
from application.webhook.signing import headers
from domain.webhook.delivery import Attempt, WebhookDelivery
from domain.webhook.endpoint import DisabledBy, WebhookEndpoint
from shared.ids import WebhookEndpointId

_LOOK_SECONDS = 0.25
"""So often it is looked for more while some are under way."""
_RUNS = 5
"""How often a change of an endpoint's state is tried while others change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWebhooks:
    """At most `at_once` are under way, `per_endpoint` of them to one: a receiver that takes its
    time keeps nobody else waiting. What is under way is nobody else's for `lease`, which is longer
    than an attempt lasts; a process that dies leaves it to others then.
    """

    begin: Begin
    ids: Ids
    vault: Vault
    sender: WebhookSender
    observer: WebhookObserver
    at_once: int = 32
    per_endpoint: int = 4
    lease: timedelta = timedelta(minutes=1)

    async def __call__(self) -> int:
        """Goes on as long as something is due or under way. Raises ExceptionGroup of what cannot
        be the receivers' fault; those deliveries are tried again."""
        ctx = Context.system(self.ids.uuid(), priority=Priority.LIST)
        under_way: dict[asyncio.Task[None], WebhookEndpointId] = {}
        bugs: list[BaseException] = []
        sent = 0
        try:
            while True:
                for delivery in await self._claim(under_way, ctx):
                    task = asyncio.create_task(self._send(delivery, ctx))
                    under_way[task] = delivery.endpoint_id
                    sent += 1
                if not under_way:
                    break
                done, _ = await asyncio.wait(
                    under_way, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    del under_way[task]
                    if (error := task.exception()) is not None:
                        bugs.append(error)
                if bugs and not under_way:
                    break
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        if bugs:
            raise BaseExceptionGroup("webhooks could not be sent", bugs)
        return sent

    async def _claim(
        self, under_way: "dict[asyncio.Task[None], WebhookEndpointId]", ctx: Context
    ) -> "tuple[WebhookDelivery, ...]":
        room = self.at_once - len(under_way)
        if room <= 0:
            return ()
        busy = Counter(under_way.values())
        full = [endpoint_id for endpoint_id, number in busy.items() if number]
        async with self.begin(ctx) as work:
            claimed = await work.webhook_deliveries.claim(
                limit=room, per_endpoint=self.per_endpoint, but=full, lease=self.lease
            )
        return tuple(claimed)

    async def _send(self, delivery: WebhookDelivery, ctx: Context) -> None:
        async with self.begin(ctx) as work:
            endpoint = await work.webhook_endpoints.get(delivery.endpoint_id)
            now = await work.now()
        if endpoint is None:
            return  # deleted, and its deliveries with it
        if endpoint.is_disabled:
            await self._save(delivery.give_up("endpoint_disabled"), ctx)
            return
        body, begun = delivery.body.encode(), time.perf_counter()
        try:
            secrets = [
                self.vault.unlock(locked, owner=endpoint.id) for locked in endpoint.secrets_at(now)
            ]
        except SecretLost:
            attempt = Attempt(status=None, error="secret_lost")
        else:
            signed = headers(delivery.message_id, body, secrets, at=now)
            attempt = await self.sender.send(endpoint.url, headers=signed, body=body)
        seconds = time.perf_counter() - begun
        async with self.begin(ctx) as work:
            now = await work.now()
            jitter = random.random()  # nosec B311
            tried = delivery.tried(attempt, jitter=jitter, at=now)
            work.webhook_deliveries.save(tried)
            await work.commit(None)
        self.observer.webhook_sent(tried.state, seconds)
        await self._learn(endpoint, attempt, ctx)

    async def _save(self, delivery: WebhookDelivery, ctx: Context) -> None:
        async with self.begin(ctx) as work:
            work.webhook_deliveries.save(delivery)
            await work.commit(None)

    async def _learn(self, endpoint: WebhookEndpoint, attempt: Attempt, ctx: Context) -> None:
        """What the endpoint's state becomes by that. Somebody else may change it meanwhile; should
        they never leave off, the next attempt teaches the same."""
        for _ in range(_RUNS):
            async with self.begin(ctx) as work:
                found = await work.webhook_endpoints.get(endpoint.id)
                if found is None:
                    return
                now = await work.now()
                if attempt.succeeded:
                    changed = found.succeeded(at=now)
                elif attempt.says_gone:
                    changed = found.disable(DisabledBy.GONE, at=now)
                else:
                    changed = found.failed(at=now)
                if not changed.facts:
                    return
                work.webhook_endpoints.save(changed)
                try:
                    await work.commit(None)
                except StaleWrite:
                    continue
                return
