"""A webhook endpoint: where an organizer wants to be told, of what, and with which secret."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from domain.lifecycle import Lifecycle
from domain.webhook.facts import (
    WebhookEndpointCreated,
    WebhookEndpointDeleted,
    WebhookEndpointDisabled,
    WebhookEndpointEnabled,
    WebhookEndpointFailing,
    WebhookEndpointRecovered,
    WebhookEndpointUpdated,
    WebhookSecretRotated,
)
from shared.checks import Checks
from shared.facts import Aggregate
from shared.ids import OrganizerId, WebhookEndpointId

OLD_SECRET_LASTS = timedelta(hours=24)
"""For so long messages are signed with both secrets."""
FAILS_FOR = timedelta(days=3)
"""After so long without a single success it is disabled."""

_URL = re.compile(r"https?://[^\s/?#@\\]+(?:[/?][^\s#\\]*)?", re.ASCII | re.IGNORECASE)
_MOST_TYPES = 50


class EndpointState(Enum):
    ENABLED = "ENABLED"
    FAILING = "FAILING"
    """What was tried last failed; everything is still being tried."""
    DISABLED = "DISABLED"


class DisabledBy(Enum):
    PERSON = "PERSON"
    FAILURES = "FAILURES"
    """Nothing got through for three days."""
    GONE = "GONE"
    """The receiver answered 410."""


LIFECYCLE = Lifecycle(
    name="WebhookEndpoint",
    transitions={
        EndpointState.ENABLED: frozenset({EndpointState.FAILING, EndpointState.DISABLED}),
        EndpointState.FAILING: frozenset({EndpointState.ENABLED, EndpointState.DISABLED}),
        EndpointState.DISABLED: frozenset({EndpointState.ENABLED}),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint(Aggregate):
    """`types` are names of messages, `order.*` for all that begin so, `*` for all. What is not
    `live` is told of tests, and of nothing else. The secrets are locked; the old one is good until
    `old_secret_until`."""

    id: WebhookEndpointId
    organizer_id: OrganizerId
    live: bool
    url: str
    types: tuple[str, ...]
    description: str
    secret: bytes
    old_secret: bytes | None
    old_secret_until: datetime | None
    state: EndpointState
    disabled_by: DisabledBy | None
    failing_since: datetime | None
    created_at: datetime

    @staticmethod
    def create(
        *,
        id: WebhookEndpointId,
        organizer_id: OrganizerId,
        live: bool,
        url: str,
        types: Sequence[str],
        description: str,
        secret: bytes,
        known_types: Collection[str],
        at: datetime,
    ) -> "WebhookEndpoint":
        """Raises FieldInvalid."""
        checks = Checks()
        url = _checked_url(checks, url)
        kept = _checked_types(checks, types, known_types)
        description = checks.text("description", description, longest=500, empty=True)
        checks.done()
        created = WebhookEndpointCreated(
            webhook_endpoint_id=id,
            organizer_id=organizer_id,
            live=live,
            types=kept,
            occurred_at=at,
        )
        return WebhookEndpoint(
            id=id,
            organizer_id=organizer_id,
            live=live,
            url=url,
            types=kept,
            description=description,
            secret=secret,
            old_secret=None,
            old_secret_until=None,
            state=EndpointState.ENABLED,
            disabled_by=None,
            failing_since=None,
            created_at=at,
            facts=(created,),
        )

    @property
    def is_disabled(self) -> bool:
        return self.state is EndpointState.DISABLED

    def wants(self, type: str) -> bool:
        """Whether its filter lets a message of this type through."""
        return any(
            wanted == type
            or wanted == "*"
            or (wanted.endswith(".*") and type.startswith(wanted[:-1]))
            for wanted in self.types
        )

    def secrets_at(self, at: datetime) -> tuple[bytes, ...]:
        """Those that a message of that moment is signed with, locked; the newest first."""
        if self.old_secret is None or self.old_secret_until is None or at >= self.old_secret_until:
            return (self.secret,)
        return self.secret, self.old_secret

    def update(
        self,
        *,
        url: str | None,
        types: Sequence[str] | None,
        description: str | None,
        known_types: Collection[str],
        at: datetime,
    ) -> "WebhookEndpoint":
        """What is None stays; the same again is no change. Raises FieldInvalid."""
        checks = Checks()
        url = self.url if url is None else _checked_url(checks, url)
        kept = self.types if types is None else _checked_types(checks, types, known_types)
        if description is None:
            description = self.description
        description = checks.text("description", description, longest=500, empty=True)
        checks.done()
        if (url, kept, description) == (self.url, self.types, self.description):
            return self
        updated = WebhookEndpointUpdated(**self._whose(at), types=kept)
        return self._changed(updated, url=url, types=kept, description=description)

    def enable(self, *, at: datetime) -> "WebhookEndpoint":
        """By a person; no change where it is not disabled."""
        if not self.is_disabled:
            return self
        enabled = WebhookEndpointEnabled(**self._whose(at))
        return self._to(EndpointState.ENABLED, enabled, disabled_by=None, failing_since=None)

    def disable(self, by: DisabledBy, *, at: datetime) -> "WebhookEndpoint":
        """Once more is no change."""
        if self.is_disabled:
            return self
        disabled = WebhookEndpointDisabled(**self._whose(at), why=by.value)
        return self._to(EndpointState.DISABLED, disabled, disabled_by=by)

    def failed(self, *, at: datetime) -> "WebhookEndpoint":
        """An attempt did not get through."""
        if self.state is EndpointState.ENABLED:
            failing = WebhookEndpointFailing(**self._whose(at))
            return self._to(EndpointState.FAILING, failing, failing_since=at)
        if self.failing_since is not None and at - self.failing_since >= FAILS_FOR:
            return self.disable(DisabledBy.FAILURES, at=at)
        return self

    def succeeded(self, *, at: datetime) -> "WebhookEndpoint":
        """One got through: it begins to fail anew, if it does."""
        if self.state is not EndpointState.FAILING:
            return self
        recovered = WebhookEndpointRecovered(**self._whose(at))
        return self._to(EndpointState.ENABLED, recovered, failing_since=None)

    def rotate(self, secret: bytes, *, at: datetime) -> "WebhookEndpoint":
        """The secret so far is good for another day; one that was old already ends now."""
        rotated = WebhookSecretRotated(**self._whose(at))
        return self._changed(
            rotated,
            secret=secret,
            old_secret=self.secret,
            old_secret_until=at + OLD_SECRET_LASTS,
        )

    def delete(self, *, at: datetime) -> "WebhookEndpoint":
        """Its last word."""
        return self._changed(WebhookEndpointDeleted(**self._whose(at)))

    def _to(self, state: EndpointState, fact: Any, **changes: Any) -> "WebhookEndpoint":
        LIFECYCLE.require(self.state, state)
        return self._changed(fact, state=state, **changes)

    def _whose(self, at: datetime) -> dict[str, Any]:
        return {
            "webhook_endpoint_id": self.id,
            "organizer_id": self.organizer_id,
            "live": self.live,
            "occurred_at": at,
        }


def _checked_url(checks: Checks, url: str) -> str:
    url = checks.text("url", url, longest=2_000)
    if url and not _URL.fullmatch(url):
        checks.fail("url", "must be an absolute URL without user, password and fragment")
    return url


def _checked_types(checks: Checks, types: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    if not types:
        checks.fail("types", "must not be empty")
    if len(types) > _MOST_TYPES:
        checks.fail("types", f"must be at most {_MOST_TYPES}")
    for position, name in enumerate(types):
        prefix = name[:-1] if name.endswith(".*") else None
        if name == "*" or name in known:
            continue
        if prefix is None or not any(each.startswith(prefix) for each in known):
            checks.at("types").fail(position, "must be the name of a message, order.* or *")
    return tuple(sorted(set(types)))
