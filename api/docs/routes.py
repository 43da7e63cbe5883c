"""REST: /docs and /openapi.json. Everything the page loads comes from here."""

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response

_HERE: Final = Path(__file__).parent
_SWAGGER_UI: Final = Path(str(files("fastapi_swagger") / "resources"))
_FILES: Final = (
    _HERE / "start.js",
    _SWAGGER_UI / "swagger-ui-bundle.js",
    _SWAGGER_UI / "swagger-ui.css",
    _SWAGGER_UI / "favicon-32x32.png",
)
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)


def add_docs_routes(app: FastAPI, document: Callable[[], dict[str, Any]]) -> None:
    """The document is made at the first request for it, and kept."""
    made: list[bytes] = []

    async def openapi(request: Request) -> Response:
        if not made:
            made.append(msgspec.json.encode(document()))
        return Response(made[0], media_type="application/json")

    app.router.add_route("/openapi.json", openapi, methods=["GET"])
    page = {"Content-Security-Policy": _CSP, "Cache-Control": "no-cache"}
    app.router.add_route("/docs", partial(_file, _HERE / "page.html", page), methods=["GET"])
    kept = {"Cache-Control": "public, max-age=3600"}
    for path in _FILES:
        app.router.add_route(f"/docs/{path.name}", partial(_file, path, kept), methods=["GET"])


async def _file(path: Path, headers: dict[str, str], request: Request) -> Response:
    return FileResponse(path, headers=headers)
