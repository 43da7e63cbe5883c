"""REST: /metrics, for Prometheus. No documentation; a token only where one is set."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from application.errors import TokenInvalid, TokenMissing

_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`page` makes the text; whoever asks must send `token`, if there is one."""

    page: Callable[[], Awaitable[bytes]]
    token: str | None = None


def add_metrics_route(app: FastAPI, figures: Figures) -> None:
    expected = None if figures.token is None else f"Bearer {figures.token}".encode()

    async def metrics(request: Request) -> Response:
        """Raises TokenMissing, TokenInvalid."""
        if expected is not None:
            sent = request.headers.get("authorization")
            if sent is None:
                raise TokenMissing()
            if not hmac.compare_digest(sent.encode("latin-1"), expected):
                raise TokenInvalid()
        return Response(await figures.page(), headers={"Content-Type": _FORMAT})

    app.router.add_route("/metrics", metrics, methods=["GET"])
