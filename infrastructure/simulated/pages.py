"""The provider's page where a human approves or declines a payment.

The address holds a token nobody can guess, and it must be in the form as well: whoever has not
got the address can neither see nor decide, and no other site can make a browser decide.
"""

from decimal import Decimal
from html import escape
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from infrastructure.simulated.errors import StorageUnavailable
from infrastructure.simulated.intent import Intent, State
from infrastructure.simulated.provider import SimulatedProvider

_MOST_BYTES = 4096
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 4rem auto }}
.amount {{ font-size: 2rem; font-weight: 600 }}
button {{ font: inherit; padding: .5rem 1.5rem; margin-right: .5rem }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{description}</p>
<p class="amount">{amount}</p>
{rest}
</body>
</html>
"""
_FORM = """<form method="post">
<input type="hidden" name="token" value="{token}">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="decline">Decline</button>
</form>
<p>No money moves: this provider is simulated.</p>"""
_WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
_THOUSANDTHS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_TITLES = {
    State.REQUIRES_ACTION: "Approve this payment?",
    State.PROCESSING: "The payment is being processed",
    State.AUTHORIZED: "Payment approved",
    State.CAPTURED: "Payment made",
    State.CANCELLED: "The payment was cancelled",
    State.FAILED: "Payment declined",
}


def approval_app(provider: SimulatedProvider) -> ASGIApp:
    """To be mounted at /simulated below the provider's public address."""

    async def show(request: Request) -> HTMLResponse:
        token = request.query_params.get("token", "")
        return _page(await provider.look_up(request.path_params["reference"], token))

    async def decide(request: Request) -> HTMLResponse:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                return _plain("The form is too long.", 413)
        form = parse_qs(body.decode("utf-8", "replace"))
        decision = form.get("decision", [""])[-1]
        if decision not in ("approve", "decline"):
            return _plain("Neither approved nor declined.", 400)
        token = form.get("token", [""])[-1]
        reference = request.path_params["reference"]
        return _page(await provider.decide(reference, token, approve=decision == "approve"))

    path = "/payments/{reference}"
    return Starlette(
        routes=[Route(path, show, methods=["GET"]), Route(path, decide, methods=["POST"])],
        exception_handlers={StorageUnavailable: _unavailable},
    )


async def _unavailable(request: Request, error: Exception) -> HTMLResponse:
    answer = _plain("This does not work right now; try again in a moment.", 503)
    answer.headers["retry-after"] = "1"
    return answer


def _page(intent: Intent | None) -> HTMLResponse:
    if intent is None:
        return _plain("There is no such payment.", 404)
    waits = intent.state is State.REQUIRES_ACTION
    html = _PAGE.format(
        title=_TITLES[intent.state],
        description=escape(intent.description),
        amount=escape(_amount(intent)),
        rest=_FORM.format(token=escape(intent.token or "")) if waits else "",
    )
    return HTMLResponse(html, headers=_HEADERS)


def _plain(text: str, status: int) -> HTMLResponse:
    return HTMLResponse(f"<!doctype html><p>{escape(text)}</p>", status, headers=_HEADERS)


def _amount(intent: Intent) -> str:
    """As people write it; most currencies have hundredths (ISO 4217)."""
    digits = 0 if intent.currency in _WHOLE else 3 if intent.currency in _THOUSANDTHS else 2
    return f"{Decimal(intent.amount).scaleb(-digits):f} {intent.currency}"
