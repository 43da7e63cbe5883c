"""REST: /metrics, for Prometheus. No documentation; a token only where one is set."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from api.errors import problem
from application.errors import TokenInvalid, TokenMissing
from shared.errors import AppError

_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"
_NONE: Final = "-"
"""No log knows of who asks for figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`page` makes the text; whoever asks must send `token`, if there is one."""

    page: Callable[[], Awaitable[bytes]]
    token: str | None = None


def add_metrics_route(app: Starlette, figures: Figures) -> None:
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


def metrics_app(figures: Figures) -> Starlette:
    """For a process that serves nothing else over HTTP."""

    async def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, AppError):
            raise error
        return problem(error, path=request.url.path, request_id=_NONE)

    app = Starlette(exception_handlers={AppError: refused})
    add_metrics_route(app, figures)
    return app
