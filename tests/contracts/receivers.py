"""Receivers of webhooks, who are told and answer as they are asked to."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from application.ports.webhooks import WebhookSender
from domain.webhook.delivery import Attempt


@dataclass(frozen=True, slots=True)
class Told:
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receivers(WebhookSender):
    """`answers` are used up one by one; without any it is 204."""

    told: list[Told] = field(default_factory=list)
    answers: deque[Attempt] = field(default_factory=deque)

    def objection(self, url: str) -> str | None:
        return None if url.startswith("https://") else "must begin with https://"

    async def send(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Attempt:
        self.told.append(Told(url, headers, body))
        return self.answers.popleft() if self.answers else Attempt(status=204)
