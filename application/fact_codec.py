"""Facts as messages: a stable, versioned type and a plain payload for each, never a class name.

Consumers live longer than our classes. A class may be renamed freely; a type may not, and a payload
whose meaning changes gets a new version.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

from domain.attention import facts as attention
from domain.event import facts as event
from domain.guest import facts as guest
from domain.hold import facts as hold
from domain.order import facts as order
from domain.organizer import facts as organizer
from domain.session import facts as session
from domain.ticket import facts as ticket
from domain.user import facts as user
from domain.webhook import facts as webhook
from shared.facts import Fact

Plain: TypeAlias = str | int | bool | None | Sequence["Plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactType:
    """`aggregate` is what `Fact.aggregate_id` names: facts of one aggregate keep their order."""

    name: str
    aggregate: str
    version: int = 1


def _of(
    aggregate: str, names: Mapping[type[Fact], str], second: Collection[type[Fact]] = ()
) -> dict[type[Fact], FactType]:
    """`second` are in their second version: since then they say more."""
    return {
        fact: FactType(name=name, aggregate=aggregate, version=2 if fact in second else 1)
        for fact, name in names.items()
    }


FACT_TYPES: Mapping[type[Fact], FactType] = {
    **_of(
        "user",
        {
            user.UserRegistered: "user.created",
            user.UserRenamed: "user.renamed",
            user.EmailVerified: "user.verified",
            user.PasswordChanged: "user.password_changed",
            user.UserActivated: "user.activated",
            user.UserDeactivated: "user.deactivated",
            user.SuperuserGranted: "user.superuser_granted",
            user.SuperuserRevoked: "user.superuser_revoked",
        },
        second=user.UserFact.__subclasses__(),  # how the user is
    ),
    **_of("proof", {user.ProofUsed: "proof.used"}),
    **_of(
        "session",
        {session.SessionStarted: "session.started", session.SessionEnded: "session.ended"},
    ),
    **_of("guest", {guest.GuestCreated: "guest.created", guest.GuestClaimed: "guest.claimed"}),
    **_of(
        "organizer",
        {
            organizer.OrganizerCreated: "organizer.created",
            organizer.MemberJoined: "organizer.member_joined",
            organizer.MemberRoleChanged: "organizer.member_role_changed",
            organizer.MemberRemoved: "organizer.member_removed",
        },
    ),
    **_of(
        "invitation",
        {
            organizer.MemberInvited: "invitation.created",
            organizer.InvitationAccepted: "invitation.accepted",
            organizer.InvitationRevoked: "invitation.revoked",
        },
    ),
    **_of(
        "api_key",
        {
            organizer.ApiKeyCreated: "api_key.created",
            organizer.ApiKeyRevoked: "api_key.revoked",
        },
    ),
    **_of(
        "event",
        {
            event.EventCreated: "event.created",
            event.EventUpdated: "event.updated",
            event.TicketTypeAdded: "event.ticket_type_added",
            event.EventPublished: "event.published",
            event.EventClosed: "event.closed",
            event.EventCancelled: "event.cancelled",
        },
    ),
    **_of(
        "hold",
        {
            hold.HoldPlaced: "hold.created",
            hold.HoldExtended: "hold.extended",
            hold.HoldOrdered: "hold.ordered",
            hold.HoldConverted: "hold.converted",
            hold.HoldReleased: "hold.released",
            hold.HoldLapsed: "hold.expired",
        },
    ),
    **_of(
        "order",
        {
            order.OrderPlaced: "order.placed",
            order.OrderDeadlineMoved: "order.deadline_moved",
            order.OrderPaymentStarted: "order.payment_started",
            order.OrderCommitted: "order.committed",
            order.OrderConfirmed: "order.confirmed",
            order.OrderLapsed: "order.expired",
            order.OrderCancelled: "order.cancelled",
            order.OrderFailed: "order.failed",
            order.PaymentStarted: "payment.started",
            order.PaymentMoved: "payment.moved",
            order.PaymentCaptured: "payment.completed",
            order.PaymentConfirmed: "payment.confirmed",
            order.PaymentFailed: "payment.failed",
            order.PaymentCancelled: "payment.cancelled",
            order.PaymentAbandoned: "payment.abandoned",
            order.PaymentReturned: "payment.returned",
            order.RefundRequested: "refund.requested",
            order.RefundSucceeded: "refund.completed",
            order.RefundFailed: "refund.failed",
            order.RefundMoved: "refund.moved",
            order.OrderDisputed: "order.disputed",
            order.OrderRefundStarted: "order.refund_started",
            order.OrderRefunded: "order.refunded",
            order.DisputeOpened: "dispute.opened",
            order.DisputeWon: "dispute.won",
            order.DisputeLost: "dispute.lost",
        },
        second=(order.OrderCommitted, order.OrderFailed),  # of which event
    ),
    **_of(
        "ticket",
        {
            ticket.TicketIssued: "ticket.issued",
            ticket.TicketVoided: "ticket.voided",
            ticket.TicketDisputed: "ticket.disputed",
            ticket.TicketDisputeEnded: "ticket.dispute_ended",
        },
    ),
    **_of(
        "webhook",
        {
            webhook.WebhookEndpointCreated: "webhook.created",
            webhook.WebhookEndpointUpdated: "webhook.updated",
            webhook.WebhookSecretRotated: "webhook.secret_rotated",
            webhook.WebhookEndpointFailing: "webhook.failing",
            webhook.WebhookEndpointRecovered: "webhook.recovered",
            webhook.WebhookEndpointDisabled: "webhook.disabled",
            webhook.WebhookEndpointEnabled: "webhook.enabled",
            webhook.WebhookEndpointDeleted: "webhook.deleted",
        },
    ),
    **_of(
        "attention",
        {
            attention.AttentionAsked: "attention.asked",
            attention.AttentionGiven: "attention.given",
        },
    ),
}


def payload(fact: Fact) -> dict[str, Plain]:
    """Every field of the fact but its moment, which travels beside the payload, as JSON values."""
    return {
        field.name: _plain(getattr(fact, field.name))
        for field in fields(fact)
        if field.name != "occurred_at"
    }


def _plain(value: object) -> Plain:
    match value:
        case None | str() | int():
            return value
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case tuple():
            return [_plain(item) for item in value]
    raise TypeError(f"a fact cannot carry {type(value).__name__}")
