"""Lives of what random sales leave out, with every fact of theirs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from domain.attention.attention import Attention, AttentionKind, Choice
from domain.guest.guest import Guest
from domain.order.payment import PaymentState
from domain.organizer.api_key import ApiKey
from domain.organizer.invitation import Invitation
from domain.organizer.organizer import Organizer, Role
from domain.session.session import EndCause, Session
from domain.user.proof import Proof, ProofPurpose
from domain.user.user import User
from domain.webhook.endpoint import FAILS_FOR, WebhookEndpoint
from shared.facts import Aggregate, Fact
from shared.ids import (
    ApiKeyId,
    AttentionId,
    InvitationId,
    OrganizerId,
    ProofId,
    SessionId,
    UserId,
    WebhookEndpointId,
)
from tests.domain.builders import AT, event, order, payment, ticket_type, uid

DAY = timedelta(days=1)
LATER = AT + timedelta(hours=1)
USER, OTHER = UserId(uid("user")), UserId(uid("other"))
ORGANIZER = OrganizerId(uid("organizer"))
TYPES = ("order.confirmed",)


def facts() -> list[Fact]:
    return [fact for life in _lives() for fact in life.facts]


def _lives() -> Iterator[Aggregate]:
    yield from _people()
    yield from _organizers()
    yield from _endpoints()
    draft = event()
    told = draft.update(replace(draft.details, name="Another"), at=AT).publish(at=AT)
    yield told.add_ticket_type(ticket_type("seats"), at=AT).close(at=AT).cancel(at=AT)
    yield order().wait_until(LATER, at=AT)
    yield payment(PaymentState.REQUIRES_ACTION).confirm(by=USER, note="in cash", at=AT)
    yield payment(PaymentState.CAPTURED).give_back(at=AT)
    asked = Attention.ask(
        id=AttentionId(uid("attention")),
        kind=AttentionKind.LEDGERS_DIFFER,
        subject_id=uid("report"),
        organizer_id=None,
        order_id=None,
        live=True,
        detail="They differ.",
        at=AT,
    )
    yield asked.resolve(Choice.DISMISS, note="", by=USER, at=LATER)


def _people() -> Iterator[Aggregate]:
    made = User.register(
        id=USER, email="ada@example.com", name="Ada", password_hash="h", founder=False, at=AT
    )
    told = made.rename("Ada L.", at=AT).verify_email(at=AT).change_password("h2", at=AT)
    powerful = told.grant_superuser(at=AT).revoke_superuser(superusers=[USER, OTHER], at=AT)
    yield powerful.deactivate(by=OTHER, superusers=[OTHER], at=AT).activate(at=AT)
    session = Session.start(
        id=SessionId(uid("session")), user_id=USER, token_hash=b"0" * 32, lasts=DAY, at=AT
    )
    yield session.end(EndCause.LOGOUT, at=LATER)
    proof = Proof.ask(
        id=ProofId(uid("proof")),
        user_id=USER,
        purpose=ProofPurpose.VERIFY_EMAIL,
        email_key="ada@example.com",
        lasts=DAY,
        at=AT,
    )
    yield proof.use(email_key="ada@example.com", at=LATER)
    guest = Guest.create(id=UserId(uid("guest")), email="eve@example.com", tests_of=None, at=AT)
    yield guest.claim(USER, at=LATER)


def _organizers() -> Iterator[Aggregate]:
    made = Organizer.create(id=ORGANIZER, name="Town", slug="town", owner=USER, at=AT)
    joined = made.join(OTHER, Role.SCANNER, at=AT).change_role(OTHER, Role.FINANCE, at=AT)
    yield joined.remove(OTHER, at=AT)
    invitation = Invitation.invite(
        id=InvitationId(uid("invitation")),
        organizer_id=ORGANIZER,
        email="ada@example.com",
        role=Role.SCANNER,
        by=USER,
        lasts=DAY,
        at=AT,
    )
    yield invitation.accept(OTHER, at=LATER)
    yield invitation.revoke(at=LATER)
    for expires_at in (None, AT + DAY):
        key = ApiKey.create(
            id=ApiKeyId(uid("key")),
            organizer_id=ORGANIZER,
            name="Till",
            key_hash=b"0" * 32,
            hint="hf_live_1234",
            live=True,
            scopes=["GetEvent"],
            allowed_scopes=["GetEvent"],
            expires_at=expires_at,
            at=AT,
        )
        yield key.revoke(at=LATER)


def _endpoints() -> Iterator[Aggregate]:
    made = WebhookEndpoint.create(
        id=WebhookEndpointId(uid("endpoint")),
        organizer_id=ORGANIZER,
        live=True,
        url="https://example.com/here",
        types=TYPES,
        description="",
        secret=b"0" * 32,
        known_types=TYPES,
        at=AT,
    )
    moved = made.update(
        url="https://example.com/there", types=None, description=None, known_types=TYPES, at=AT
    )
    failed = moved.rotate(b"1" * 32, at=AT).failed(at=AT).succeeded(at=AT).failed(at=AT)
    yield failed.failed(at=AT + FAILS_FOR).enable(at=LATER).delete(at=LATER)
