"""What arrives of Stripe's events: some twice, some late, some in another order, some never."""

import hashlib
import hmac
import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.fakes.stripe.books import Thing

HEADER = "stripe-signature"
Webhook = tuple[bytes, Mapping[str, str]]


def signed(event: Thing, secrets: Sequence[str], *, at: datetime) -> Webhook:
    """With all secrets: there are two while one replaces the other."""
    body = json.dumps(event, indent=2).encode()
    seconds = int(at.timestamp())
    digests = [
        hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    header = ",".join([f"t={seconds}", *(f"v1={digest}" for digest in digests)])
    return body, {HEADER: header, "content-type": "application/json; charset=utf-8"}


class Mail:
    """Hands out events as a bad network would, the same way for the same seed."""

    def __init__(
        self,
        *,
        seed: int = 1,
        duplicated: float = 0.0,
        delayed: float = 0.0,
        dropped: float = 0.0,
        shuffled: bool = False,
    ) -> None:
        self._random = random.Random(seed)
        self._duplicated = duplicated
        self._delayed = delayed
        self._dropped = dropped
        self._shuffled = shuffled
        self._held: list[Thing] = []
        self._seen = 0

    def fetch(self, events: Sequence[Thing]) -> list[Thing]:
        """What arrives this time, of all events so far. What was dropped stays undelivered."""
        due, self._held = self._held, []
        for event in events[self._seen :]:
            fate = self._random.random()
            if fate < self._dropped:
                continue
            if fate < self._dropped + self._delayed:
                self._held.append(event)
                continue
            due += [event, event] if self._random.random() < self._duplicated else [event]
        self._seen = len(events)
        if self._shuffled:
            self._random.shuffle(due)
        for event in due:
            event["pending_webhooks"] = 0
        return due
