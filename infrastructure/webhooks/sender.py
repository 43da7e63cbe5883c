"""Sends webhooks by HTTP."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore2
import httpx2

from application.ports.webhooks import WebhookSender
from domain.webhook.delivery import Attempt
from infrastructure.webhooks.guard import Guard
from infrastructure.webhooks.network import (
    AddressRefused,
    GuardedNetwork,
    NameUnknown,
    is_tls_failure,
)

_READ_BYTES = 64 * 1024
_AGENT = "Holdfast-Webhooks/1"


class HttpWebhookSender(WebhookSender):
    """A connection for each attempt, without proxies, cookies or redirects. Of an answer the status
    is kept, and when to come back; its body is read up to 64 kB, so that a receiver that goes on
    writing is not cut off at once, and forgotten."""

    def __init__(
        self,
        guard: Guard,
        *,
        timeout_seconds: float = 15,
        trust: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`trust`: whose certificates are believed; those of the public when it is None."""
        self._guard = guard
        self._timeout = timeout_seconds
        self._now = now
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=trust or httpx2.create_ssl_context(trust_env=False),
            network_backend=GuardedNetwork(guard),
            max_connections=100,
            max_keepalive_connections=0,
        )

    def objection(self, url: str) -> str | None:
        return self._guard.objection(url)

    async def send(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Attempt:
        if self._guard.objection(url) is not None:  # the settings have changed since it was saved
            return Attempt(status=None, error="address_refused")
        try:
            async with asyncio.timeout(self._timeout):
                return await self._post(httpx2.URL(url), headers, body)
        except (TimeoutError, httpcore2.TimeoutException):
            return Attempt(status=None, error="timeout")
        except AddressRefused:
            return Attempt(status=None, error="address_refused")
        except NameUnknown:
            return Attempt(status=None, error="name_unknown")
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            return Attempt(status=None, error=_named(error))

    async def close(self) -> None:
        await self._pool.aclose()

    async def _post(self, url: httpx2.URL, headers: Mapping[str, str], body: bytes) -> Attempt:
        target = httpcore2.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        sent = {
            "host": url.netloc.decode("ascii"),
            "user-agent": _AGENT,
            "accept": "*/*",
            "content-length": str(len(body)),
            **headers,
        }
        async with self._pool.stream("POST", target, headers=list(sent.items()), content=body) as (
            response
        ):
            await _look_at(response)
        status = response.status
        return Attempt(
            status=status,
            error="redirect_refused" if 300 <= status < 400 else None,
            retry_after=self._retry_after(response),
        )

    def _retry_after(self, response: httpcore2.Response) -> float | None:
        """Seconds, from a number of them or a date; None where it says nothing of use."""
        text = next(
            (value for name, value in response.headers if name.lower() == b"retry-after"), b""
        ).decode("latin-1")
        if text.isascii() and text.isdecimal() and len(text) < 10:
            return float(text)
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return max(0.0, (date - self._now()).total_seconds())


async def _look_at(response: httpcore2.Response) -> None:
    left = _READ_BYTES
    async for chunk in response.aiter_stream():
        left -= len(chunk)
        if left <= 0:
            return


def _named(error: Exception) -> str:
    """For the organizer's eyes: what kind of failure it was, and nothing of ours."""
    if is_tls_failure(error):
        return "tls_failed"
    if isinstance(error, httpcore2.ConnectError):
        return "connect_failed"
    return "broken_off"
