"""Availability as an HTTP answer: what may be kept of it, and for how long."""

from hashlib import blake2b

import msgspec
from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.etags import is_known
from application.event.get_availability import GetAvailability
from application.messages import Reply
from application.views.event import AvailabilityView

_encode = msgspec.json.Encoder().encode


def figures_tag(view: AvailabilityView) -> str:
    """Without quotes; equal for equal figures, whenever they were read."""
    return blake2b(_encode(view.ticket_types), digest_size=12).hexdigest()


def availability_headers(tag: str, query: GetAvailability, reply: Reply) -> dict[str, str]:
    """Of an answer and of a 304 alike. The tag is weak: two answers with the same figures differ in
    `as_of`. Who allowed for age may use the answer until its figures are that old; whoever logs in
    after them on the same device may not."""
    lasts = f"max-age={reply.fresh_seconds}" if query.max_age else "no-cache"
    return {
        "ETag": f'W/"{tag}"',
        "Cache-Control": f"private, {lasts}",
        "Vary": "Authorization",
    }


def availability_answer(
    call: Call, query: GetAvailability, view: AvailabilityView, if_none_match: str | None
) -> Response:
    """The figures; without a body (304) if the client knows them."""
    tag = figures_tag(view)
    headers = availability_headers(tag, query, call.ctx.reply)
    if is_known(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return answer(call, view, headers=headers)
