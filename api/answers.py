"""Views as HTTP answers."""

import msgspec
from starlette.responses import Response

from api.context import Call
from api.limits import limit_headers
from application.messages import Context
from application.views.event import EventView

_encode = msgspec.json.Encoder().encode
"""Dataclasses by their fields, UUIDs as text, times as RFC 3339 with `Z`, None as null."""


def reply_headers(ctx: Context | None) -> dict[str, str]:
    """What the pipeline tells beside an answer or a refusal: that it was stored under the
    idempotency key before, and what is left of the rate limits."""
    if ctx is None:
        return {}
    replayed = {"Idempotency-Replayed": "true"} if ctx.reply.replayed else {}
    return replayed | limit_headers(ctx.reply.allowances)


def answer(
    call: Call, view: object, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """The view as JSON."""
    sent = (headers or {}) | reply_headers(call.ctx)
    return Response(_encode(view), status, sent, "application/json")


def created(call: Call, view: object, location: str) -> Response:
    """201 and where the new thing is."""
    return answer(call, view, 201, {"Location": location})


def done(call: Call, status: int = 204) -> Response:
    """Without a body: there is nothing to say."""
    return Response(status_code=status, headers=reply_headers(call.ctx))


def event_answer(
    call: Call,
    event: EventView,
    status: int = 200,
    *,
    location: str | None = None,
    known: bool = False,
) -> Response:
    """An event with its version as entity tag; without a body (304) if the client knows it.

    A client may keep it, but asks before each use.
    """
    headers = {"ETag": f'"{event.version}"', "Cache-Control": "private, no-cache"}
    if known:
        return Response(status_code=304, headers=headers)
    if location is not None:
        headers["Location"] = location
    return answer(call, event, status, headers)
