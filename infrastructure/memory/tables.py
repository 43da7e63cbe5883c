"""What is committed: a dictionary per table, and the indexes that reads need."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from application.messages import Claim
from application.messaging.message import Message
from application.ports.consumed import DeadLetter, ParkedMessage
from application.ports.inbox import ProviderEvent
from application.ports.mail_queue import Mail
from application.ports.money import Reconciliation
from domain.attention.attention import Attention, AttentionKind
from domain.event.event import Event
from domain.guest.guest import Guest
from domain.hold.hold import Hold
from domain.ledger.posting import Posting, PostingKind
from domain.order.dispute import Dispute
from domain.order.order import Order
from domain.order.payment import Payment
from domain.order.refund import Refund
from domain.organizer.api_key import ApiKey
from domain.organizer.invitation import Invitation
from domain.organizer.organizer import Organizer
from domain.session.session import Session
from domain.stock import Stock
from domain.ticket.ticket import Ticket
from domain.user.proof import Proof
from domain.user.user import User
from domain.webhook.delivery import WebhookDelivery
from domain.webhook.endpoint import WebhookEndpoint
from shared.errors import AppError
from shared.facts import Fact
from shared.ids import (
    ApiKeyId,
    AttentionId,
    DisputeId,
    EventId,
    HoldId,
    InvitationId,
    MailId,
    OrderId,
    OrganizerId,
    PaymentId,
    PoolId,
    ProofId,
    RefundId,
    SessionId,
    TicketId,
    UserId,
    WebhookDeliveryId,
    WebhookEndpointId,
)

Scope = tuple[str, str, str]
"""Actor, operation, key."""


def scope_of(claim: Claim) -> Scope:
    return claim.actor, claim.operation, claim.key


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """What an idempotency key was answered with."""

    fingerprint: bytes
    answer: object
    refusal: AppError | None
    final: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    event: ProviderEvent
    next_attempt_at: datetime
    attempts: int = 0
    processed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    mail: Mail
    due_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRow:
    parked: ParkedMessage
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A committed fact, and the call it came of."""

    fact: Fact
    request_id: str
    actor: str

    @property
    def aggregate_id(self) -> UUID:
        return self.fact.aggregate_id


@dataclass(slots=True)
class Tables:
    users: dict[UserId, User] = field(default_factory=dict)
    user_by_email: dict[str, UserId] = field(default_factory=dict)
    founder: dict[bool, UserId] = field(default_factory=dict)
    """Under True, where there is one: a unique index."""
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    sessions_of_user: dict[UserId, tuple[SessionId, ...]] = field(default_factory=dict)
    proofs: dict[ProofId, Proof] = field(default_factory=dict)
    proofs_of_user: dict[UserId, tuple[ProofId, ...]] = field(default_factory=dict)
    guests: dict[UserId, Guest] = field(default_factory=dict)
    guests_by_email: dict[str, tuple[UserId, ...]] = field(default_factory=dict)
    organizers: dict[OrganizerId, Organizer] = field(default_factory=dict)
    organizer_by_slug: dict[str, OrganizerId] = field(default_factory=dict)
    organizers_of_member: dict[UserId, tuple[OrganizerId, ...]] = field(default_factory=dict)
    invitations: dict[InvitationId, Invitation] = field(default_factory=dict)
    api_keys: dict[ApiKeyId, ApiKey] = field(default_factory=dict)
    api_key_by_hash: dict[bytes, ApiKeyId] = field(default_factory=dict)
    events: dict[EventId, Event] = field(default_factory=dict)
    stock: dict[PoolId, Stock] = field(default_factory=dict)
    event_of_pool: dict[PoolId, EventId] = field(default_factory=dict)
    holds: dict[HoldId, Hold] = field(default_factory=dict)
    active_holds: dict[EventId, frozenset[HoldId]] = field(default_factory=dict)
    holds_of_buyer: dict[UserId, tuple[HoldId, ...]] = field(default_factory=dict)
    orders: dict[OrderId, Order] = field(default_factory=dict)
    order_of_hold: dict[HoldId, OrderId] = field(default_factory=dict)
    order_by_number: dict[str, OrderId] = field(default_factory=dict)
    orders_of_buyer: dict[UserId, tuple[OrderId, ...]] = field(default_factory=dict)
    payments: dict[PaymentId, Payment] = field(default_factory=dict)
    payments_of_order: dict[OrderId, tuple[PaymentId, ...]] = field(default_factory=dict)
    payment_by_reference: dict[tuple[str, str], PaymentId] = field(default_factory=dict)
    refunds: dict[RefundId, Refund] = field(default_factory=dict)
    refunds_of_payment: dict[PaymentId, tuple[RefundId, ...]] = field(default_factory=dict)
    tickets: dict[TicketId, Ticket] = field(default_factory=dict)
    tickets_of_order: dict[OrderId, tuple[TicketId, ...]] = field(default_factory=dict)
    disputes: dict[DisputeId, Dispute] = field(default_factory=dict)
    dispute_by_reference: dict[tuple[PaymentId, str], DisputeId] = field(default_factory=dict)
    postings: dict[tuple[PostingKind, UUID], Posting] = field(default_factory=dict)
    """By kind and source: a unique index."""
    attention: dict[AttentionId, Attention] = field(default_factory=dict)
    open_attention: dict[tuple[AttentionKind, UUID], AttentionId] = field(default_factory=dict)
    reconciliations: dict[UUID, Reconciliation] = field(default_factory=dict)
    inbox: dict[tuple[str, str], InboxRow] = field(default_factory=dict)
    mails: dict[MailId, MailRow] = field(default_factory=dict)
    webhook_endpoints: dict[WebhookEndpointId, WebhookEndpoint] = field(default_factory=dict)
    webhook_deliveries: dict[WebhookDeliveryId, WebhookDelivery] = field(default_factory=dict)
    keys: dict[Scope, KeyRow] = field(default_factory=dict)
    outbox: list[OutboxRow] = field(default_factory=list)
    log: list[Message] = field(default_factory=list)
    """The numbered ones of the outbox, in its order."""
    consumed: dict[tuple[str, UUID], bool] = field(default_factory=dict)
    """By consumer group and message, as the two that follow."""
    parked: dict[tuple[str, UUID], ParkedRow] = field(default_factory=dict)
    dead: dict[tuple[str, UUID], DeadLetter] = field(default_factory=dict)

    def active(self, event_id: EventId) -> Iterator[Hold]:
        """Holds of the event that have not ended; some may be past their deadline."""
        return (self.holds[hold_id] for hold_id in self.active_holds.get(event_id, ()))

    def refunds_of(self, order_id: OrderId) -> Iterator[Refund]:
        """Of all payments of the order."""
        for payment_id in self.payments_of_order.get(order_id, ()):
            for refund_id in self.refunds_of_payment.get(payment_id, ()):
                yield self.refunds[refund_id]

    def payments_by_attempt(self, order_id: OrderId) -> list[Payment]:
        found = (self.payments[each] for each in self.payments_of_order.get(order_id, ()))
        return sorted(found, key=lambda payment: payment.attempt)
