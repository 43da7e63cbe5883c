"""How the operations of webhooks are called.

The endpoints are switched off: what is sent would change their rows long after the call.
"""

from collections.abc import Mapping

from application.messages import ActorKind
from domain.organizer.organizer import Role
from tests.faces.outcome import Plain
from tests.matrix import guards, model
from tests.matrix.entry import Entry, Id, Listing, Picks
from tests.matrix.ids import ORGANIZER
from tests.matrix.model import Caller, Thing

NEW: Mapping[str, Plain] = {
    "live": True,
    "url": "https://matrix.example/hook",
    "types": ["dispute.lost"],  # which never happens here
    "description": "Matrix",
}


def _sees(caller: Caller, endpoint: Thing) -> bool:
    """People see to both modes, a key to its own."""
    return caller.kind is not ActorKind.API_KEY or (caller.tests_of is None) == endpoint.live


def _own_endpoint(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    if not thing.exists or not _sees(caller, thing):
        return "WEBHOOK_ENDPOINT_NOT_FOUND"
    if caller.acts_for(thing.organizer, roles):
        return None
    return "ROLE_MISSING" if caller.is_inside(thing.organizer) else "WEBHOOK_ENDPOINT_NOT_FOUND"


def _live_ones_of(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    """A test key makes no endpoint that is live."""
    refused = guards.acting(caller, roles, thing, above)
    return refused or ("FIELD_INVALID" if caller.tests_of is not None else None)


def _shows(caller: Caller, picks: Picks, endpoint: Thing) -> bool:
    return picks[0].organizer == endpoint.organizer and _sees(caller, endpoint)


def _endpoint(*things: Thing) -> tuple[Id, ...]:
    return (Id(field="webhook_endpoint_id", guard=_own_endpoint, things=things),)


WEBHOOKS: Mapping[str, Entry] = {
    "CreateWebhookEndpoint": Entry(
        ids=(
            Id(
                field="organizer_id",
                guard=_live_ones_of,
                things=(model.ORGANIZER, model.OTHER_ORGANIZER),
            ),
        ),
        fields=lambda run: NEW,
    ),
    "ListWebhookEndpoints": Entry(
        ids=(ORGANIZER,),
        fields=lambda run: {"page_size": 100},
        lists=Listing(things=model.ENDPOINTS, shows=_shows),
    ),
    "UpdateWebhookEndpoint": Entry(
        ids=_endpoint(*model.ENDPOINTS), fields=lambda run: {"description": f"Run {run}"}
    ),
    "RotateWebhookSecret": Entry(ids=_endpoint(*model.ENDPOINTS)),
    "DeleteWebhookEndpoint": Entry(
        ids=_endpoint(*model.GONE_ENDPOINTS), once=True, gone="WEBHOOK_ENDPOINT_NOT_FOUND"
    ),
    "SendTestWebhook": Entry(
        ids=_endpoint(*model.ENDPOINTS), answers="WEBHOOK_ENDPOINT_DISABLED", harmless=True
    ),
    "ListWebhookDeliveries": Entry(ids=_endpoint(*model.ENDPOINTS), tells_nothing=True),
    "ReplayWebhookDeliveries": Entry(
        ids=_endpoint(*model.ENDPOINTS),
        fields=lambda run: {"since": "2026-01-01T00:00:00Z"},
        answers="WEBHOOK_ENDPOINT_DISABLED",
        harmless=True,
    ),
}
