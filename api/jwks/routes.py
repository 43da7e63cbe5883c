"""REST: the public keys of our tokens, where everybody looks for them. No token needed."""

from collections.abc import Callable, Mapping

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

PATH = "/.well-known/jwks.json"
_CACHED = "public, max-age=300"
"""Seconds; a verifier that meets an unknown `kid` may ask again at once."""


def add_jwks_routes(app: FastAPI, jwks: Callable[[], Mapping[str, object]]) -> None:
    """`jwks` answers the JSON Web Key Set (RFC 7517)."""

    async def keys(request: Request) -> Response:
        return Response(
            msgspec.json.encode(jwks()),
            media_type="application/jwk-set+json",
            headers={"Cache-Control": _CACHED},
        )

    app.router.add_route(PATH, keys, methods=["GET"])
