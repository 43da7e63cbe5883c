"""For every operation of the product how it is called. One that is not here fails the suite."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from application.messages import ActorKind
from application.ports.identity import Purpose
from domain.organizer.organizer import Role
from infrastructure.sealed.seals import HmacSeals
from tests.faces.outcome import Plain, Request
from tests.faces.server import SECRET
from tests.matrix import guards, model
from tests.matrix.entry import Entry, Id, Listing, Picks
from tests.matrix.ids import ADDRESS, EVENT, HOLD, MEMBER, ORGANIZER, OWN_EVENT, USER, order
from tests.matrix.model import OMITTED, Caller, Thing
from tests.matrix.money import MONEY
from tests.matrix.webhooks import WEBHOOKS
from tests.parity.scene import START, ticket_type


def _sealed(field: str, purpose: Purpose, forged: str) -> Id:
    """The id of something of the victim's in a seal that is not ours, or nothing's in one that is:
    whoever is refused learns neither."""
    return Id(
        field=field,
        guard=guards.anything,
        things=(Thing(name=forged),),
        unknown=lambda: HmacSeals([SECRET]).seal(purpose, uuid.uuid4()),
    )


def _one_more() -> dict[str, Plain]:
    return ticket_type(f"One more {uuid.uuid4().hex}", 100, capacity=1)


def new_event(run: str) -> Request:
    return {
        "name": f"Matrix {run}",
        "description": "",
        "venue": "Old Town Hall",
        "timezone": "Europe/Berlin",
        "starts_at": START.isoformat(),
        "ends_at": (START + timedelta(hours=2)).isoformat(),
        "currency": "EUR",
        "max_per_buyer": None,
        "pools": [],
        "offline_payment_hours": 72,
        "ticket_types": [ticket_type("Standing", 2500, capacity=1000, max_per_order=4)],
    }


def _shows_event(caller: Caller, picks: Picks, event: Thing) -> bool:
    hidden = guards.visible_event(caller, frozenset(), event, None)
    return hidden is None and picks[0] in (OMITTED, model.ORGANIZER)


def _shows_order(caller: Caller, picks: Picks, order: Thing) -> bool:
    organizer, event = picks
    if event is not OMITTED and event.name != order.event:
        return False
    if organizer is OMITTED and caller.kind is not ActorKind.API_KEY:
        return order.buyer == caller.name
    sold_by = caller.organizer if organizer is OMITTED else organizer.organizer
    return sold_by == order.organizer and (caller.tests_of is None) == order.live


_KEY: dict[str, Plain] = {
    "name": "till",
    "live": True,
    "scopes": ["ListEvents"],
    "expires_at": None,
}

ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        # Accounts. For those without credentials: whatever somebody shows beside changes nothing.
        "Register": Entry(
            ids=(ADDRESS,),
            fields=lambda run: {"password": "short", "name": "Eve"},
            answers="FIELD_INVALID",
        ),
        "Login": Entry(
            ids=(ADDRESS,),
            fields=lambda run: {"password": "wrong, but long enough"},
            answers="CREDENTIALS_INVALID",
            guesses=True,
        ),
        "RefreshToken": Entry(
            ids=(_sealed("refresh_token", Purpose.REFRESH, "forged refresh token"),),
            answers="REFRESH_TOKEN_INVALID",
        ),
        "Logout": Entry(ends_session=True),
        "LogoutEverywhere": Entry(ends_session=True),
        "RequestPasswordReset": Entry(
            ids=(ADDRESS,),
            tells_nothing=True,
        ),
        "ResetPassword": Entry(
            ids=(_sealed("token", Purpose.RESET_PASSWORD, "forged reset"),),
            fields=lambda run: {"new_password": "eve's choice, long enough"},
            answers="PROOF_INVALID",
        ),
        "RequestEmailVerification": Entry(),
        "VerifyEmail": Entry(
            ids=(
                Id(
                    field="token",
                    guard=guards.mailed,
                    things=(
                        Thing(name="token of a verification", buyer="ada"),
                        Thing(name="forged verification"),
                    ),
                    unknown=lambda: HmacSeals([SECRET]).seal(Purpose.VERIFY_EMAIL, uuid.uuid4()),
                ),
            )
        ),
        "GetMe": Entry(),
        "UpdateMe": Entry(harmless=True),
        "ChangePassword": Entry(
            fields=lambda run: {
                "current_password": "wrong, but long enough",
                "new_password": "another one, long enough",
            },
            answers="CREDENTIALS_INVALID",
            guesses=True,
        ),
        # The whole installation
        "ListUsers": Entry(),
        "GetUser": Entry(ids=(USER,)),
        "ActivateUser": Entry(ids=(USER,)),
        "DeactivateUser": Entry(ids=(USER,)),
        "GrantSuperuser": Entry(ids=(USER,)),
        "RevokeSuperuser": Entry(ids=(USER,)),
        # Guests. ben's address is that of one, and is not verified.
        "CreateGuest": Entry(fields=lambda run: {"email": "no address"}, answers="FIELD_INVALID"),
        "ClaimGuests": Entry(verified=True),
        # Organizers and who acts for them
        "CreateOrganizer": Entry(
            fields=lambda run: {"name": "The House", "slug": f"matrix-{run}"}, answers="SLUG_TAKEN"
        ),
        "GetOrganizer": Entry(
            ids=(
                Id(
                    field="organizer_id",
                    guard=guards.existing("ORGANIZER_NOT_FOUND"),
                    things=(model.ORGANIZER,),
                ),
            )
        ),
        "ListOrganizers": Entry(
            lists=Listing(
                things=(model.ORGANIZER, model.OTHER_ORGANIZER),
                shows=lambda caller, picks, thing: caller.is_inside(thing.name),
            )
        ),
        "ListMembers": Entry(ids=(ORGANIZER,)),
        "ChangeMemberRole": Entry(
            ids=(ORGANIZER, MEMBER), fields=lambda run: {"role": Role.FINANCE.value}
        ),
        # All of them may leave, but nobody here asks for that.
        "RemoveMember": Entry(ids=(ORGANIZER, MEMBER), roles=frozenset({Role.OWNER}), once=True),
        "InviteMember": Entry(
            ids=(ORGANIZER,),
            fields=lambda run: {"email": f"new-{run}@example.org", "role": Role.SCANNER.value},
            verified=True,
        ),
        "ListInvitations": Entry(ids=(ORGANIZER,)),
        "RevokeInvitation": Entry(
            ids=(
                ORGANIZER,
                Id(
                    field="invitation_id",
                    guard=guards.part("INVITATION_NOT_FOUND"),
                    things=(model.INVITATION, model.OTHER_INVITATION, model.ANNEX_INVITATION),
                ),
            )
        ),
        "AcceptInvitation": Entry(
            ids=(
                Id(
                    field="token",
                    guard=guards.invited,
                    things=(
                        Thing(name="token of an invitation", buyer="ivan, who is invited"),
                        Thing(name="forged invitation"),
                    ),
                    unknown=lambda: HmacSeals([SECRET]).seal(Purpose.INVITATION, uuid.uuid4()),
                ),
            )
        ),
        "CreateApiKey": Entry(ids=(ORGANIZER,), fields=lambda run: _KEY),
        "ListApiKeys": Entry(ids=(ORGANIZER,)),
        "RevokeApiKey": Entry(
            ids=(
                ORGANIZER,
                Id(
                    field="api_key_id",
                    guard=guards.part("API_KEY_NOT_FOUND"),
                    things=(model.API_KEY, model.OTHER_API_KEY, model.ANNEX_API_KEY),
                ),
            )
        ),
        # Events
        "CreateEvent": Entry(ids=(ORGANIZER,), fields=new_event),
        "GetEvent": Entry(ids=(EVENT,)),
        "ListEvents": Entry(
            ids=(
                Id(field="organizer_id", guard=guards.anything, things=(model.ORGANIZER, OMITTED)),
            ),
            fields=lambda run: {"text": run, "page_size": 100},
            lists=Listing(things=model.EVENTS, shows=_shows_event),
        ),
        "UpdateEvent": Entry(ids=(OWN_EVENT,), fields=lambda run: {"venue": "Elsewhere"}),
        "AddTicketType": Entry(ids=(OWN_EVENT,), fields=lambda run: _one_more()),
        "PublishEvent": Entry(ids=(OWN_EVENT,)),
        "CloseEvent": Entry(ids=(OWN_EVENT,)),
        "CancelEvent": Entry(ids=(OWN_EVENT,)),
        # What was read for others is where a wall could be forgotten.
        "GetAvailability": Entry(ids=(EVENT,), fields=lambda run: {"max_age": 60}),
        "WatchAvailability": Entry(ids=(EVENT,)),
        # The sale
        "CreateHold": Entry(
            ids=(
                Id(
                    field="event_id",
                    guard=guards.visible_event,
                    things=(model.ON_SALE, model.DRAFT, model.TEST_ON_SALE, model.OTHER_ON_SALE),
                ),
                Id(
                    field="lines.0.ticket_type_id",
                    guard=guards.ticket_type,
                    things=(
                        model.ticket_type_of(model.ON_SALE),
                        model.ticket_type_of(model.TEST_ON_SALE),
                    ),
                ),
            ),
            fields=lambda run: {"lines": [{"quantity": 1}]},
        ),
        "GetHold": Entry(ids=(HOLD,)),
        "ExtendHold": Entry(ids=(HOLD,)),
        "ReleaseHold": Entry(ids=(HOLD,)),
        "CreateOrder": Entry(
            ids=(Id(field="hold_id", guard=guards.bought("HOLD_NOT_FOUND"), things=model.CARTS),),
            fields=lambda run: {"buyer": {"name": "Eve", "email": "eve@example.org"}},
        ),
        "GetOrder": Entry(ids=(order(guards.visible_order, model.ORDERS),)),
        "ListOrders": Entry(
            ids=(
                Id(
                    field="organizer_id",
                    guard=guards.acting,
                    things=(model.ORGANIZER, OMITTED),
                ),
                Id(
                    field="event_id",
                    guard=guards.anything,
                    things=(model.ON_SALE, model.TEST_ON_SALE, OMITTED),
                ),
            ),
            fields=lambda run: {"page_size": 100},
            lists=Listing(
                things=(*model.ORDERS, *model.OTHER_ORDERS, *model.BOUGHT), shows=_shows_order
            ),
        ),
        "PayOrder": Entry(ids=(order(guards.bought("ORDER_NOT_FOUND"), model.ORDERS),)),
        "CancelOrder": Entry(ids=(order(guards.visible_order, model.OTHER_ORDERS),)),
        "ListTickets": Entry(ids=(order(guards.visible_order, model.BOUGHT),)),
        **MONEY,
        **WEBHOOKS,
    }
)
