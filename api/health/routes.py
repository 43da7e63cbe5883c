"""REST: /health and /ready, for whatever runs this process. No token, no documentation."""

from collections.abc import Awaitable, Callable

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import NotReady


def add_health_routes(app: FastAPI, ready: Callable[[], Awaitable[bool]]) -> None:
    """`ready` says whether this process can do its work: database reachable, schema as expected."""

    async def health(request: Request) -> Response:
        """Alive: it answers. Asks nobody."""
        return _status("ok")

    async def readiness(request: Request) -> Response:
        """Raises NotReady."""
        if not await ready():
            raise NotReady(retry_after=1)
        return _status("ready")

    app.router.add_route("/health", health, methods=["GET"])
    app.router.add_route("/ready", readiness, methods=["GET"])


def _status(status: str) -> Response:
    return Response(msgspec.json.encode({"status": status}), media_type="application/json")
